import { type Emulator, type EmulatorCall, type EmulatorReply, json } from "../emulator.ts";
import { type SampleToken, tokenAt } from "../tokens.ts";

const flag = (on: boolean) => (on ? "1" : "0");
const DAY_MS = 86_400_000;

function holders(token: SampleToken) {
  const share = token.verdict === "green" ? 0.03 : 0.14;
  return Array.from({ length: 10 }, (_, rank) => ({
    address: `0x${String(rank + 1)
      .repeat(40)
      .slice(0, 40)}`,
    tag: "",
    is_contract: 0,
    balance: "1000",
    is_locked: 0,
    percent: (share * token.chance(`holder ${rank}`)).toFixed(18),
  }));
}

function lockedPool(token: SampleToken, now: number) {
  const days =
    token.verdict === "green" ? 90 + 600 * token.chance("lock") : 40 * token.chance("lock");
  const end_time = new Date(now + days * DAY_MS).toISOString().replace(/\.\d+Z/, "+00:00");
  const lock = { amount: "900.5", end_time, opt_time: "2026-01-01T00:00:00+00:00" };
  const holder = {
    tag: "UNCX",
    value: null,
    is_contract: 1,
    balance: "900.5",
    percent: "0.9",
    is_locked: 1,
    locked_detail: [lock],
  };
  return [{ address: "0x663a5c229c09b049e36dcc11a9b0d4a8eb9db214", ...holder }];
}

/** Every flag that a clean, open and listed contract shows as "0". */
const CLEAN_FLAGS = [
  "anti_whale_modifiable can_take_back_ownership cannot_buy cannot_sell_all external_call " +
    "hidden_owner honeypot_with_same_creator",
  "is_anti_whale is_blacklisted is_honeypot is_mintable is_proxy is_whitelisted " +
    "owner_change_balance personal_slippage_modifiable",
  "selfdestruct slippage_modifiable trading_cooldown transfer_pausable",
].flatMap((line) => line.split(" "));

function evm(token: SampleToken, now: number) {
  const closed = token.verdict === "yellow" && token.chance("closed") < 0.3;
  const names = {
    token_name: token.symbol,
    token_symbol: token.symbol,
    total_supply: "1000000000",
    holder_count: String(token.holders),
  };
  if (closed) return { ...names, is_open_source: "0", is_in_dex: "0", buy_tax: "", sell_tax: "" };
  const red = token.verdict === "red";
  const yellow = token.verdict === "yellow";
  const tax = yellow ? 0.05 + 0.04 * token.chance("tax") : 0.02 * token.chance("tax");
  return {
    ...Object.fromEntries(CLEAN_FLAGS.map((name) => [name, "0"])),
    ...names,
    is_open_source: "1",
    is_in_dex: "1",
    owner_address: "",
    owner_percent: "0",
    creator_percent: "0.012",
    transfer_tax: "",
    buy_tax: tax.toFixed(4),
    sell_tax: red ? "1" : tax.toFixed(4),
    is_honeypot: flag(red),
    cannot_sell_all: flag(red),
    is_mintable: flag(yellow),
    holders: holders(token),
    lp_holders: lockedPool(token, now),
    lp_holder_count: "1",
    dex: [
      {
        liquidity_type: "UniV3",
        name: "UniswapV3",
        liquidity: token.liquidity.toFixed(8),
        pair: `0x${"1".repeat(40)}`,
      },
    ],
  };
}

function solana(token: SampleToken) {
  const authority = (on: boolean) => ({ status: flag(on), authority: [] });
  const names =
    "balance_mutable_authority closable default_account_state_upgradable transfer_fee_upgradable " +
    "transfer_hook_upgradable";
  return {
    ...Object.fromEntries(names.split(" ").map((name) => [name, authority(false)])),
    freezable: authority(token.verdict === "red"),
    mintable: authority(token.verdict === "yellow"),
    metadata_mutable: { status: "0", metadata_upgrade_authority: [] },
    default_account_state: "1",
    non_transferable: "0",
    transfer_fee: {},
    transfer_hook: [],
    trusted_token: 0,
    creators: [],
    lp_holders: [],
    holders: holders(token),
    holder_count: String(token.holders),
    total_supply: "1000000000",
    metadata: {
      name: token.symbol,
      symbol: token.symbol,
      uri: "https://example.org/m.json",
      description: "",
    },
    dex: [
      {
        dex_name: "raydium",
        type: "Standard",
        id: "pool",
        price: String(token.price),
        tvl: String(token.liquidity),
        fee_rate: "0.0025",
      },
    ],
  };
}

function security(call: EmulatorCall, onSolana: boolean): EmulatorReply {
  // Without a key only the first of several addresses is answered, in silence.
  const [address = ""] = (call.query.get("contract_addresses") ?? "").split(",");
  const token = tokenAt(address);
  const key = onSolana ? address : address.toLowerCase();
  if (token.verdict === "unknown") return json({ code: 1, message: "OK", result: {} });
  if (token.chance("partial") < 0.04) {
    const result = { [key]: { token_symbol: token.symbol, is_open_source: "1" } };
    return json({
      code: 2,
      message:
        "Partial data obtained. The complete data can be requested again in about 15 seconds.",
      result,
    });
  }
  return json({
    code: 1,
    message: "OK",
    result: { [key]: onSolana ? solana(token) : evm(token, call.now) },
  });
}

/** GoPlus reports most failures inside an HTTP 200. */
export const goplus: Emulator = {
  name: "goplus",
  settings: (base) => ({
    GOPLUS_BASE_URL: `${base}/goplus`,
  }),
  owned: ["GOPLUS_BASE_URL", "GOPLUS_APP_KEY", "GOPLUS_APP_SECRET"],
  refusals: {
    throttled: json({ code: 4029, message: "too many requests", result: {} }),
    quota: json({ code: 4029, message: "too many requests", result: {} }),
    empty: json({ code: 1, message: "OK", result: {} }),
  },
  answer(call) {
    if (call.path === "/api/v1/token") {
      return json({
        code: 1,
        message: "ok",
        result: { access_token: "made-up.goplus.token", expires_in: 7200 },
      });
    }
    if (call.path === "/api/v1/supported_chains") {
      return json({
        code: 1,
        message: "ok",
        result: ["1", "56", "8453", "42161"].map((id) => ({ id, name: `chain ${id}` })),
      });
    }
    return security(call, call.path.includes("/solana/"));
  },
};
