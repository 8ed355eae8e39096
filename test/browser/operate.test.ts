import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { missing } from "./chromium.ts";
import { visit } from "./visit.ts";

describe.skipIf(missing)("the page for operators", () => {
  const at = visit(/status of 4/);
  afterEach(() => expect(at.complaints).toEqual([]));

  const said = async (page: Page, selector: string) =>
    (await page.locator(selector).allTextContents()).join(" ");
  const operate = async () => {
    const page = await at.newPage();
    await page.goto(`${at.server.url}operate#key=${at.server.adminKey}`);
    await page.locator("#deliveries .delivery").first().waitFor();
    await page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>("#document")?.value !== "",
    );
    return page;
  };
  const notice = async (page: Page, text: string | RegExp) =>
    page.locator("#notice", { hasText: text }).waitFor();

  it("opens by a link that works once, whose key ends", async () => {
    const { url, adminKey } = at.server;
    const made = await fetch(`${url}keys`, {
      method: "POST",
      headers: { Authorization: `Bearer ${adminKey}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "link", scopes: ["admin"] }),
    });
    const { key } = (await made.json()) as { key: string };
    const page = await at.newPage();
    await page.goto(`${url}operate#once=${key}`);
    await page.waitForFunction(() => sessionStorage.getItem("event-stream-key") !== null);
    await page.locator("#deliveries .delivery").first().waitFor();
    expect(page.url()).not.toContain("once=");
    expect(await page.evaluate(() => sessionStorage.getItem("event-stream-key"))).not.toBe(key);
    const old = await fetch(`${url}keys`, { headers: { Authorization: `Bearer ${key}` } });
    expect(old.status).toBe(401);
    const again = await at.newPage();
    await again.goto(`${url}operate#once=${key}`);
    const dialog = again.locator("#key-dialog[open]", { hasText: "This link was used before" });
    await dialog.waitFor();
    at.complaints.length = 0;
  });

  it("shows a tenant what is its own, and asks for nothing that is not", async () => {
    const { url, adminKey } = at.server;
    const asked = async (method: string, path: string, body: object, key = adminKey) => {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return response.json() as Promise<{ key: string }>;
    };
    await asked("POST", "tenants", { name: "acme" });
    await asked("PATCH", "tenants/acme/quota", { channels: 5 });
    const boss = { name: "boss", scopes: ["admin"], tenant: "acme" };
    const { key } = await asked("POST", "keys", boss);
    await asked("POST", "channels", { kind: "log", name: "acme-desk" }, key);
    const page = await at.newPage();
    await page.goto(`${url}operate#key=${key}`);
    await page.locator("#quotas", { hasText: "1 of 5" }).waitFor();
    await page.locator("#channels", { hasText: "acme-desk" }).waitFor();
    expect(await page.locator("#channels li").count()).toBe(1);
    expect(await page.locator("#keys").textContent()).toBe("Key · acme");
    for (const hidden of ["#alerts", "#canary", 'a[href="/dashboard"]'])
      expect(await page.locator(hidden).isVisible()).toBe(false);
    expect(await page.getByRole("button", { name: "Put in force" }).isVisible()).toBe(false);
    await page.goto(`${url}#key=${key}`);
    await page.goto(url);
    await page.locator("#signals .signal").first().waitFor();
    expect(await page.locator(".flow").isVisible()).toBe(false);
    await page.locator("#deliveries", { hasText: "Nothing to deliver yet" }).waitFor();
  });

  it("checks rules, leads to what is wrong, and puts good ones in force", async () => {
    const page = await operate();
    expect(page.url()).not.toContain("key=");
    const area = page.locator("#document");
    const good = await area.inputValue();
    await area.fill(good.replace(/condition: .*/, "condition: mentions >="));
    await page.getByRole("button", { name: "Put in force" }).click();
    await notice(page, "nothing was changed");
    await page.locator("#problems button").first().click();
    expect(await area.evaluate((element) => element === document.activeElement)).toBe(true);
    await area.fill(good.replace(/score: \d+/, "score: 99"));
    await page.getByRole("button", { name: "What would change?" }).click();
    await notice(page, /stored signals? again/);
    await page.getByRole("button", { name: "Put in force" }).click();
    await notice(page, "In force as");
    expect(await said(page, "#rules-version")).toMatch(/\d+ rules/);
    await page.close();
  });

  it("says where a signal would go by the routes, and which channels are gone", async () => {
    const page = await operate();
    expect(await said(page, "#routes-version")).toMatch(/2 routes · [0-9a-f]{12} · gone: gone/);
    await page.locator("#route-of").fill("pepe");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    const row = page.locator("#routed li", { hasText: "by high" }).first();
    await row.waitFor();
    expect(await row.textContent()).toContain("again every 60 min");
    await page.locator("#route-state").selectOption("candidate");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.locator("#routed li", { hasText: "not wanted" }).first().waitFor();
    await page.locator("#route-of").fill("eth:NOBODY:none");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.locator("#routed li", { hasText: "There is no signal" }).waitFor();
    await page.close();
  });

  it("mutes a token for an hour and until a time, and unmutes it", async () => {
    const page = await operate();
    await page.locator("#mutes li", { hasText: "No token is muted" }).waitFor();
    await page.getByText("Mute a token").click();
    await page.locator("#mute-token").fill("pepe");
    await page.getByRole("button", { name: "Mute", exact: true }).click();
    await notice(page, "pepe is muted");
    const row = page.locator("#mutes li", { hasText: "$PEPE" }).first();
    await row.waitFor();
    await row.getByRole("button", { name: /Unmute \$PEPE in/ }).click();
    await notice(page, "is notified of $PEPE again");
    await page.locator("#mute-for").selectOption("until");
    await page.locator("#mute-token").fill("WIF");
    await page.locator("#mute-until").fill("2020-01-01T00:00");
    await page.getByRole("button", { name: "Mute", exact: true }).click();
    await notice(page, "is over");
    await page.locator("#mute-for").selectOption("1440");
    await page.locator("#mute-channel").selectOption({ index: 1 });
    await page.getByRole("button", { name: "Mute", exact: true }).click();
    await notice(page, "WIF is muted");
    await page.locator("#mutes li", { hasText: "$WIF" }).waitFor();
    await page.locator("#changes", { hasText: "muteToken" }).waitFor();
    await page.close();
  });

  it("shows what fires, keeps it quiet for an hour, and ends that again", async () => {
    const page = await operate();
    const alert = page.locator("#alerts li", { hasText: "The breaker of goplus is open" });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(
      /firing · warning.*notified .*stream providers reset goplus/,
    );
    await alert.getByRole("button", { name: /Silence ProviderBreakerOpen goplus/ }).click();
    await notice(page, "silent for an hour");
    await page.locator("#alerts li", { hasText: "until" }).waitFor();
    expect(await alert.textContent()).toContain("silenced");
    await page.getByRole("button", { name: /End the silence of ProviderBreakerOpen/ }).click();
    await notice(page, "has ended");
    await alert.getByRole("button", { name: /Silence/ }).waitFor();
    await page.locator("#changes", { hasText: "endAlertSilence" }).waitFor();
    await page.close();
  });

  it("shows both sides of a canary, and puts it in force for all", async () => {
    const headers = { Authorization: `Bearer ${at.server.adminKey}`, "Content-Type": "text/yaml" };
    const document = 'version: "1"\ngroups: [{ name: g, rules: [] }]\n';
    const started = await fetch(`${at.server.url}rules?canary=10%25`, {
      method: "PUT",
      headers,
      body: document,
    });
    expect(started.status).toBe(200);
    const page = await operate();
    await page.locator("#canary", { hasText: "10 % of the events" }).waitFor();
    expect(await page.locator("#canary li").count()).toBe(2);
    expect(await said(page, "#canary")).toMatch(/In force.*signal.*Canary.*mean score/);
    await page.getByRole("button", { name: "Put it in force for all" }).click();
    await notice(page, "in force for all events");
    expect(await page.locator("#canary").textContent()).toBe("");
    expect(await said(page, "#rules-version")).toContain("0 rules");
    await page.close();
  });

  it("adds a channel once its settings are good, tests it, pauses it and removes it", async () => {
    const page = await operate();
    const kind = page.getByLabel("kind", { exact: true });
    const name = page.getByLabel("name", { exact: true });
    const row = page.locator("#channels .channel", { hasText: "<b>shop</b>" });
    const form = page.locator("#add-channel");
    expect(await said(page, "#channels b")).toBe("desk trading-bot");
    expect(await said(page, "[data-channel='1']")).toContain("TELEGRAM_BOT_TOKEN is not set");

    await page.getByText("Add a channel").click();
    await kind.selectOption("webhook");
    await name.fill("<b>shop</b>");
    await page.getByLabel("url").fill("http://hooks.example.com/in");
    await form.getByRole("button", { name: "Add" }).click();
    await form.locator(".field", { hasText: "must begin with https://" }).waitFor();
    expect(await name.inputValue()).toBe("<b>shop</b>");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("settings.url");
    expect(await row.count()).toBe(0);

    await page.getByLabel("url").fill("https://hooks.example.com/shut");
    await page.keyboard.press("Enter");
    await row.waitFor();
    expect(await form.locator("#channel-once code").textContent()).toMatch(/^whsec_/);
    await form.getByRole("button", { name: "Preview" }).click();
    await form.locator("pre", { hasText: "signal.downgraded" }).waitFor();
    await form.getByRole("button", { name: "I have kept it" }).click();
    expect(await page.content()).not.toContain("whsec_B");

    await row.getByRole("button", { name: "Preview" }).click();
    await row.locator("pre", { hasText: "signal.verified" }).waitFor();
    await row.getByRole("button", { name: "Test" }).click();
    await row.getByText("Not accepted (retry): HTTP 500").waitFor();
    await row.getByRole("button", { name: "Pause" }).click();
    await row.getByText("by an operator").waitFor();
    await row.getByRole("button", { name: "Resume" }).click();
    await row.locator(".pill", { hasText: "active" }).waitFor();

    const changes = page.locator("#changes li", { hasText: "updateChannel" });
    await changes.first().getByText("before and after").click();
    expect(await changes.first().locator("pre").textContent()).toContain("by an operator");

    await row.getByRole("button", { name: "Remove" }).press("Enter");
    await page.keyboard.press("Enter");
    expect(await row.count()).toBe(1);
    await row.getByRole("button", { name: "Remove" }).press("Enter");
    await page.locator("#remove-dialog").getByRole("button", { name: "Remove" }).click();
    await row.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("channels");
    expect(await page.locator("#channels b b").count()).toBe(0);
    await page.close();
  });

  it("sends a failed delivery again", async () => {
    const page = await operate();
    await page.getByRole("button", { name: "Retrying" }).click();
    await page.getByRole("button", { name: "Retry delivery" }).first().click();
    await notice(page, "is due now");
    await page.close();
  });
});
