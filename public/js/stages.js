import { byId, h, s } from "./dom.js";
import { count } from "./words.js";

const STAGES = [
  { id: "accepted", title: "Posts in" },
  { id: "judged", title: "Filtered" },
  { id: "events", title: "Events" },
  { id: "signals", title: "Signals" },
  { id: "deliveries", title: "Delivered" },
];

const REASONS = 4;
const sum = (rows) => rows.reduce((total, row) => total + row.count, 0);
const of = (rows, name, value) => sum(rows.filter((row) => row[name] === value));

/** The five cards of the flow. Made once; `show` fills in the figures of GET /overview. */
export function stages() {
  const cards = new Map(
    STAGES.map(({ id, title }) => {
      const figure = h("strong", { class: "figure" }, "–");
      const detail = h("div", { class: "detail" });
      return [
        id,
        {
          figure,
          detail,
          card: h("li", { class: "stage", "data-stage": id }, h("h3", {}, title), figure, detail),
        },
      ];
    }),
  );
  byId("stages").append(...[...cards.values()].map(({ card }) => card));

  const put = (id, figure, ...detail) => {
    const stage = cards.get(id);
    const text = count(figure);
    if (stage.figure.textContent !== text) {
      stage.figure.textContent = text;
      stage.figure.classList.remove("changed");
      requestAnimationFrame(() => stage.figure.classList.add("changed"));
    }
    stage.detail.replaceChildren(...detail.filter(Boolean));
  };

  return {
    card: (id) => cards.get(id).card,
    show(overview) {
      const { posts, signals, outbox, posts_per_minute: perMinute } = overview;
      const accepted = sum(posts);
      const dropped = of(posts, "outcome", "dropped");
      const duplicates = of(posts, "outcome", "duplicate");
      const open = of(posts, "outcome", "open") + of(posts, "outcome", "pending");
      put(
        "accepted",
        accepted,
        sparkline(perMinute),
        open > 0 && h("p", { class: "note" }, `${count(open)} on their way`),
      );
      put(
        "judged",
        dropped + duplicates,
        bars([
          ...posts
            .filter(({ outcome }) => outcome === "dropped")
            .sort((a, b) => b.count - a.count)
            .map(({ reason, count }) => ({
              name: (reason ?? "dropped").replaceAll("_", " "),
              count,
            })),
          { name: "duplicate", count: duplicates },
        ]),
      );
      put(
        "events",
        overview.events,
        note("from", of(posts, "outcome", "evidence"), "posts of evidence"),
      );
      put(
        "signals",
        sum(signals),
        split(signals, "state", ["verified", "candidate", "downgraded"]),
      );
      const waiting =
        of(outbox, "status", "pending") +
        of(outbox, "status", "failed") +
        of(outbox, "status", "sending");
      put(
        "deliveries",
        of(outbox, "status", "done"),
        split(
          [
            { status: "done", count: of(outbox, "status", "done") },
            { status: "waiting", count: waiting },
            { status: "dlq", count: of(outbox, "status", "dlq") },
          ],
          "status",
          ["done", "waiting", "dlq"],
        ),
        overview.dead_letters > 0 &&
          h("p", { class: "note bad" }, `${count(overview.dead_letters)} dead letters`),
      );
      return { waiting };
    },
  };
}

const note = (before, value, after) =>
  h("p", { class: "note" }, `${before} ${count(value)} ${after}`);

/** The strongest reasons by name, the rest together. */
function bars(rows) {
  const present = rows.filter((row) => row.count > 0).sort((a, b) => b.count - a.count);
  const shown = present.length > REASONS ? present.slice(0, REASONS - 1) : present;
  const rest = sum(present.slice(shown.length));
  const all = rest > 0 ? [...shown, { name: "other", count: rest }] : shown;
  const most = Math.max(1, ...all.map((row) => row.count));
  return h(
    "dl",
    { class: "bars" },
    ...all.map((row) => {
      const bar = h("i", { "aria-hidden": "true" });
      bar.style.setProperty("--share", String(row.count / most));
      return h("div", {}, h("dt", {}, row.name), h("dd", {}, bar, count(row.count)));
    }),
  );
}

/** One bar in the colours of its parts, and their figures. */
function split(rows, key, names) {
  const total = Math.max(1, sum(rows));
  const parts = names.map((name) => ({ name, count: of(rows, key, name) }));
  const bar = h("div", { class: "split", "aria-hidden": "true" });
  for (const part of parts) {
    const piece = h("i", { "data-kind": part.name });
    piece.style.flexGrow = String(part.count / total);
    bar.append(piece);
  }
  const legend = parts.map((part) =>
    h("div", { "data-kind": part.name }, h("dt", {}, part.name), h("dd", {}, count(part.count))),
  );
  return h("div", {}, bar, h("dl", { class: "legend" }, ...legend));
}

const WIDTH = 240;
const HEIGHT = 44;

/**
 * Posts a minute over the last hour. The last minute is not over yet, so its dot stands for "so
 * far".
 */
function sparkline(rows) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const point = ({ count: value }, at) => [
    (at / Math.max(1, rows.length - 1)) * WIDTH,
    HEIGHT - 3 - (value / most) * (HEIGHT - 8),
  ];
  const points = rows.map(point);
  const path = points
    .map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  const [lastX, lastY] = points.at(-1) ?? [0, HEIGHT];
  const hour = sum(rows);
  const label = `${count(hour)} posts in the last hour, at most ${count(most)} a minute`;
  return h(
    "figure",
    { class: "spark" },
    s(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": label,
      },
      s("path", { d: `${path}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`, class: "area" }),
      s("path", { d: path, class: "line", "vector-effect": "non-scaling-stroke" }),
      s("path", {
        d: `M${lastX.toFixed(1)} ${lastY.toFixed(1)}h0`,
        class: "dot",
        "vector-effect": "non-scaling-stroke",
      }),
    ),
    h(
      "figcaption",
      {},
      h("span", {}, `${count(rows.at(-2)?.count ?? 0)} / min`),
      h("span", { class: "quiet" }, "last hour"),
    ),
  );
}
