import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyData } from "../state.ts";
import { claimElsewhere } from "./postgres.ts";

describe("a database outside its data folder, as root has one", () => {
  let home: string;
  let wanted: string;
  let elsewhere: string;
  const rows = () => join(elsewhere, "postgres", "rows");
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "elsewhere-"));
    wanted = join(home, "data");
    elsewhere = join(home, "temporary");
    for (const folder of [wanted, join(elsewhere, "postgres")])
      mkdirSync(folder, { recursive: true });
    writeFileSync(rows(), "of before");
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it("is that of the folder from one start to the next", () => {
    claimElsewhere(wanted, elsewhere);
    expect(existsSync(rows())).toBe(false);
    mkdirSync(join(elsewhere, "postgres"));
    writeFileSync(rows(), "ours");
    claimElsewhere(wanted, elsewhere);
    expect(existsSync(rows())).toBe(true);
  });

  it("is kept where a start of an earlier version left no mark", () => {
    writeFileSync(join(wanted, "channels-made"), "");
    claimElsewhere(wanted, elsewhere);
    expect(existsSync(rows())).toBe(true);
  });

  it("is emptied with the folder by --fresh, and with a folder that is made anew", () => {
    writeFileSync(join(wanted, "channels-made"), "");
    claimElsewhere(wanted, elsewhere);
    emptyData(wanted);
    claimElsewhere(wanted, elsewhere);
    expect(existsSync(rows())).toBe(false);
  });
});
