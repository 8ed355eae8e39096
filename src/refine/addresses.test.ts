import { expect, it } from "vitest";
import { extractAddresses } from "./addresses.ts";

const EVM = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const one = (text: string) => extractAddresses(text).map(({ chain }) => chain);

it.each([
  ["evm", EVM],
  ["evm", EVM.toLowerCase()],
  ["solana", "So11111111111111111111111111111111111111112"],
  ["bitcoin", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"],
  ["bitcoin", "BC1SW50QGDZ25J"],
  ["bitcoin", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
  ["tron", "TNDzfERDpxLDS2w1q6yaFC7pzqaSQ3Bg3r"],
  ["ton", "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk"],
  ["sui|aptos", `0x${"ba".repeat(32)}`],
])("finds a %s address wherever it stands", (chain, address) => {
  expect(extractAddresses(address)).toEqual([{ chain, address }]);
  expect(one(`CA:${address}, go`)).toEqual([chain]);
  expect(one(`https://dexscreener.com/token/${address}?ref=1`)).toEqual([chain]);
  expect(one(`合约地址：${address}，冲`)).toEqual([chain]);
});

it.each([
  ["a wrong checksum", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],
  ["a digit too few", EVM.slice(0, -1)],
  ["a digit too many", `${EVM}0`],
  ["no prefix", EVM.slice(2).toLowerCase()],
  ["a mistyped Bitcoin address", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMh"],
  ["a mistyped Tron address", "TNDzfERDpxLDS2w1q6yaFC7pzqaSQ3Bg3s"],
  ["a mistyped TON address", "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXl"],
  ["letters that base58 lacks", "So1111111111111111111111111111111111111l0OI"],
  ["a long word", "Rindfleischetikettierungsueberwachungsgesetz"],
  ["a transaction", `https://etherscan.io/tx/0x${"ba".repeat(32)}`],
])("claims nothing for %s", (_, text) => {
  expect(extractAddresses(text)).toEqual([]);
});

it("names each address once, in the order of the text", () => {
  const ton = "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk";
  expect(extractAddresses(`${EVM} ${ton} ${EVM}`)).toEqual([
    { chain: "evm", address: EVM },
    { chain: "ton", address: ton },
  ]);
});
