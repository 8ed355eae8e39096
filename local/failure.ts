const FIXES: Record<string, string> = {
  EACCES: "is it yours to write? Choose another folder with --data",
  EPERM: "is it yours to write? Choose another folder with --data",
  EROFS: "it cannot be written; choose another folder with --data",
  ENOSPC: "the disk is full; make room, or choose another folder with --data",
};

/** Why the start failed, with what to do where the system's own words leave that open. */
export function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const suggestion = path === undefined ? undefined : FIXES[code ?? ""];
  return suggestion === undefined ? error.message : `${path}: ${suggestion} (${error.message})`;
}
