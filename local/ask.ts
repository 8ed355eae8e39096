/** One call to the product with the admin key. */
export interface Server {
  url: string;
  adminKey: string;
}

export function ask(
  { url, adminKey }: Server,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = {
    authorization: `Bearer ${adminKey}`,
    ...(init.headers as Record<string, string>),
  };
  return fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(30_000) });
}

export const sendJson = (
  server: Server,
  path: string,
  body: unknown,
  method = "POST",
): Promise<Response> =>
  ask(server, path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** The message of a problem+json answer, with each field's own. */
export async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { title, detail, errors } = JSON.parse(text) as {
      title?: string;
      detail?: string;
      errors?: { path: string; message: string }[];
    };
    const fields = (errors ?? []).map(({ path, message }) => `\n    ${path}: ${message}`);
    return `${response.status} ${detail ?? title ?? ""}${fields.join("")}`;
  } catch {
    return `${response.status} ${text.slice(0, 200)}`;
  }
}
