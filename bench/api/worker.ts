import { Hono } from "hono";

/** What is put is answered, as a Worker does that has nothing else to do. */
let kept = "{}";
const app = new Hono();
app.put("/kept", async (c) => {
  kept = await c.req.text();
  return c.body(null, 204);
});
app.get("/kept", (c) => c.body(kept, 200, { "Content-Type": "application/json" }));

export default app;
