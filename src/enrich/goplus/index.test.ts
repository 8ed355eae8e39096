import { describe, expect, it } from "vitest";
import { localGuard } from "../../http/local-guard.ts";
import type { AskPorts } from "../enricher.ts";
import { goplus } from "./index.ts";
import { evmScan, solanaScan, suiScan } from "./response.ts";
import { riskOf } from "./risk.ts";
import { goplusSignature } from "./token.ts";

const NOW = Date.UTC(2026, 10, 20);
const LIMITS = { taxRed: 10, lpYellowDays: 30 };
const evm = (fields: Record<string, unknown>) => riskOf(evmScan(fields, NOW), LIMITS);
const solana = (fields: Record<string, unknown>) => riskOf(solanaScan(fields, NOW), LIMITS);

const CLEAN = { is_honeypot: "0", buy_tax: "0.01", sell_tax: "0", is_open_source: "1" };
const off = { status: "0", authority: [] };
const on = { status: "1", authority: [{ malicious_address: 0 }] };
const CLEAN_SOL = { mintable: off, freezable: off, transfer_fee: {} };

describe("risk of an EVM token", () => {
  it("is green only when the scan saw what matters", () => {
    expect(evm(CLEAN)).toEqual({ level: "green", reasons: [] });
    for (const field of ["is_honeypot", "buy_tax", "sell_tax"]) {
      expect(evm({ ...CLEAN, [field]: "" }).level, field).toBe("unknown");
      expect(evm({ ...CLEAN, [field]: undefined }).level, field).toBe("unknown");
    }
    expect(evm({}).level).toBe("unknown");
  });

  it.each([
    "is_honeypot",
    "cannot_sell_all",
    "cannot_buy",
    "owner_change_balance",
    "hidden_owner",
    "selfdestruct",
    "is_airdrop_scam",
  ])("is red for %s", (flag) => {
    const risk = evm({ ...CLEAN, [flag]: "1" });
    expect([risk.level, risk.reasons.length]).toEqual(["red", 1]);
  });

  it("is red for an imitation, also one on the trust list", () => {
    expect(evm({ ...CLEAN, is_true_token: "0", trust_list: "1" }).level).toBe("red");
    expect(evm({ ...CLEAN, fake_token: { value: 1, true_token_address: "0x1" } }).level).toBe(
      "red",
    );
  });

  it.each([
    ["0.049", "green"],
    ["0.05", "yellow"],
    ["0.0999", "yellow"],
    ["0.1", "red"],
    ["1", "red"],
    ["12", "red"],
  ])("reads a sell tax of %s as %s", (sell_tax, level) => {
    expect(evm({ ...CLEAN, sell_tax }).level).toBe(level);
  });

  it("names each reason for yellow, and lets the trust list lift it", () => {
    const fields = {
      ...CLEAN,
      is_proxy: "1",
      is_mintable: "1",
      is_open_source: "0",
      honeypot_with_same_creator: "2",
    };
    expect(evm(fields)).toEqual({
      level: "yellow",
      reasons: [
        "upgradeable proxy",
        "more can be minted",
        "source code not published",
        "its creator made honeypots before",
      ],
    });
    expect(evm({ ...fields, trust_list: "1" }).level).toBe("green");
    expect(evm({ ...fields, trust_list: "1", buy_tax: "" }).level).toBe("yellow");
  });

  it.each([
    [
      "most of it is free",
      [
        { percent: "0.6", is_locked: 0 },
        { percent: "0.4", is_locked: 1 },
      ],
      0,
      "yellow",
    ],
    [
      "the lock ends soon",
      [
        {
          percent: "0.9",
          is_locked: 1,
          locked_detail: [{ end_time: "2026-11-30T00:00:00+00:00" }],
        },
      ],
      10,
      "yellow",
    ],
    [
      "the lock is long",
      [
        {
          percent: "0.9",
          is_locked: 1,
          locked_detail: [{ end_time: "2027-04-17T00:00:00+00:00" }],
        },
      ],
      148,
      "green",
    ],
    [
      "it is burnt",
      [{ address: "0x000000000000000000000000000000000000dEaD", percent: "1", is_locked: 0 }],
      3_650,
      "green",
    ],
  ])("looks at the liquidity: %s", (_, lp_holders, days, level) => {
    expect(evmScan({ ...CLEAN, lp_holders }, NOW).lpLockDays).toBe(days);
    expect(evm({ ...CLEAN, lp_holders }).level).toBe(level);
  });

  it("counts the ten biggest holders that are people", () => {
    const people = Array.from({ length: 12 }, () => ({
      percent: "0.06",
      is_contract: 0,
      is_locked: 0,
    }));
    const others = [
      { percent: "0.2", is_contract: 1, is_locked: 0 },
      {
        address: "0x000000000000000000000000000000000000dead",
        percent: "0.1",
        is_contract: 0,
        is_locked: 0,
      },
    ];
    expect(evmScan({ holders: [...others, ...people] }, NOW).top10Share).toBeCloseTo(0.6);
    expect(evm({ ...CLEAN, holders: people }).reasons).toEqual(["ten holders own 60 %"]);
    expect(evmScan({ holders: [] }, NOW).top10Share).toBeNull();
  });

  it("survives fields of any type", () => {
    for (const junk of [null, 7, [], {}, "x", { authority: 3 }, [null, 3, { percent: {} }]]) {
      const fields = Object.fromEntries(
        ["is_honeypot", "holders", "lp_holders", "buy_tax", "fake_token"].map((name) => [
          name,
          junk,
        ]),
      );
      expect(evm(fields).level).not.toBe("green");
      expect(solana(fields).level).not.toBe("green");
    }
  });
});

describe("risk of a Solana token", () => {
  it("is green only when mint and freeze are known to be off", () => {
    expect(solana(CLEAN_SOL).level).toBe("green");
    expect(solana({ ...CLEAN_SOL, mintable: undefined }).level).toBe("unknown");
    expect(solana({ ...CLEAN_SOL, freezable: {} }).level).toBe("unknown");
  });

  it.each([
    ["freezable", { freezable: on }],
    ["balance", { balance_mutable_authority: on }],
    ["closable", { closable: on }],
    ["frozen by default", { default_account_state: "2" }],
    ["not transferable, misspelt", { none_transferable: "1" }],
    ["malicious creator", { creators: [{ malicious_address: 1 }] }],
    [
      "malicious authority",
      { metadata_mutable: { status: "0", authority: [{ malicious_address: 1 }] } },
    ],
    ["fee", { transfer_fee: { current_fee_rate: { fee_rate: "0.1" } } }],
  ])("is red: %s", (_, fields) => {
    expect(solana({ ...CLEAN_SOL, ...fields }).level).toBe("red");
  });

  it("is yellow when more can be minted or the metadata changed", () => {
    expect(solana({ ...CLEAN_SOL, mintable: on }).reasons).toEqual(["more can be minted"]);
    expect(solana({ ...CLEAN_SOL, metadata_mutable: on }).level).toBe("yellow");
  });
});

describe("risk of a Sui token", () => {
  const no = { cap_owner: "", value: "0" };
  const CLEAN_SUI = {
    mintable: no,
    blacklist: no,
    contract_upgradeable: no,
    metadata_modifiable: no,
  };
  const sui = (fields: Record<string, unknown>) => riskOf(suiScan(fields), LIMITS);

  it("is green only when minting and freezing are known to be off", () => {
    expect(sui(CLEAN_SUI).level).toBe("green");
    expect(sui({ ...CLEAN_SUI, mintable: "" }).level).toBe("unknown");
    expect(sui({ ...CLEAN_SUI, blacklist: {} }).level).toBe("unknown");
  });

  it.each(["mintable", "blacklist", "contract_upgradeable", "metadata_modifiable"])(
    "is yellow: %s",
    (power) => {
      const risk = sui({ ...CLEAN_SUI, [power]: { cap_owner: "0x1", value: "1" } });
      expect([risk.level, risk.reasons.length]).toEqual(["yellow", 1]);
    },
  );
});

it("signs a token request as the API defines it", async () => {
  expect(await goplusSignature("demo_key", 1795169700, "demo_secret")).toBe(
    "12593e1cf3f3c240a022be35ac22fbf4e28d3248",
  );
});

describe("keys of GoPlus", () => {
  const REFUSED = { code: 4011, message: "signature", result: null };
  const SCAN = { code: 1, result: { "0xa": CLEAN } };

  /** Looks at a token so many times; answers what was asked, in order. */
  async function looks(
    times: number,
    tokenReply: unknown,
    scanReply: (authorized: boolean) => unknown,
  ) {
    const asked: string[] = [];
    const ports: AskPorts = {
      ...{
        now: () => NOW,
        sleep: async () => undefined,
        guard: localGuard(() => NOW),
        tokens: new Map(),
      },
      features: { putFeatures: async () => undefined, features: async () => undefined },
      async fetch(url, init) {
        const authorized = new Headers(init.headers).has("authorization");
        asked.push(url.endsWith("/api/v1/token") ? "token" : authorized ? "with" : "without");
        return Response.json(asked.at(-1) === "token" ? tokenReply : scanReply(authorized));
      },
    };
    const on = goplus.configure({ GOPLUS_APP_KEY: "key", GOPLUS_APP_SECRET: "secret" });
    if (on.kind === "off") throw new Error(on.why);
    const kinds = new Set<string>();
    for (let look = 0; look < times; look++) {
      const token = { chain: "eth", symbol: null, tokenCa: "0xa", confidence: 1 } as const;
      kinds.add((await on.ask(token, ports)).verdict.kind);
    }
    return { asked, kinds: [...kinds] };
  }

  it("that are refused cost one call, and scans go on without them", async () => {
    expect(await looks(3, REFUSED, () => SCAN)).toEqual({
      asked: ["token", "without", "without", "without"],
      kinds: ["ok"],
    });
  });

  it("get a new token once when the scan refuses the old one", async () => {
    const reply = { code: 1, result: { access_token: "t", expires_in: 3_600 } };
    const scans = await looks(1, reply, (authorized) =>
      authorized ? { code: 4012, result: null } : SCAN,
    );
    expect(scans).toEqual({ asked: ["token", "with", "token", "with", "without"], kinds: ["ok"] });
  });
});
