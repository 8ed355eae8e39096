import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import * as http from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { type McpTool, requestOf } from "./tools.ts";

/** The headers of the caller that decide what a call may do. */
const OF_THE_CALLER = ["Authorization", "CF-Connecting-IP"];
const INSTRUCTIONS =
  "Signals about crypto tokens from posts and on-chain facts. Begin with search_signals; " +
  "explain_signal tells why one has its score. Keys look like chain:token:window start.";

export type McpSession = {
  version: string;
  /** Those that the caller may call. */
  tools: readonly McpTool[];
  /** The HTTP interface itself: access, limits and answers are those of the route. */
  dispatch(request: Request): Promise<Response>;
};

/** Answers one request of the streamable HTTP transport. Nothing is kept between two. */
export async function answerMcp(
  request: Request,
  body: unknown,
  { version, tools, dispatch }: McpSession,
): Promise<Response> {
  const server = new Server(
    { name: "event-stream-starter", version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args } }) => {
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined)
      throw new McpError(ErrorCode.InvalidParams, `There is no tool ${name.slice(0, 60)}.`);
    const headers = new Headers();
    for (const header of OF_THE_CALLER) {
      const value = request.headers.get(header);
      if (value !== null) headers.set(header, value);
    }
    const call = requestOf(tool, args ?? {}, request.url, headers);
    if (typeof call === "string") throw new McpError(ErrorCode.InvalidParams, call);
    return resultOf(await dispatch(call));
  });
  const transport = new http.WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}

/** A refusal is an answer that the assistant can read and act on, not an error of the protocol. */
async function resultOf(response: Response): Promise<CallToolResult> {
  const text = await response.text();
  const content: CallToolResult["content"] = [{ type: "text", text }];
  if (!response.ok) return { content, isError: true };
  return { content, structuredContent: JSON.parse(text) as Record<string, unknown> };
}
