import * as z from "zod";

const Chat = z.looseObject({ id: z.number(), username: z.string().optional() });
const Person = z.looseObject({
  id: z.number(),
  username: z.string().optional(),
  first_name: z.string().default(""),
});
export type TelegramPerson = z.infer<typeof Person>;
export type TelegramChat = z.infer<typeof Chat>;

/** An update as Telegram posts it (Bot API, "Update"): a pressed button, or words in a chat. */
export const TelegramUpdate = z.looseObject({
  update_id: z.number().int(),
  callback_query: z
    .looseObject({
      id: z.string(),
      from: Person,
      message: z.looseObject({ message_id: z.number(), chat: Chat }).optional(),
      data: z.string().default(""),
    })
    .optional(),
  message: z
    .looseObject({
      message_id: z.number(),
      from: Person.optional(),
      chat: Chat,
      text: z.string().default(""),
    })
    .optional(),
});
export type TelegramUpdate = z.infer<typeof TelegramUpdate>;
export type PressedButton = NonNullable<TelegramUpdate["callback_query"]>;
export type SaidMessage = NonNullable<TelegramUpdate["message"]>;

export const personName = ({ username, first_name, id }: TelegramPerson): string =>
  username ? `@${username}` : first_name || `user ${id}`;

/** Whether the chat is the one of a channel's settings, by its id or its public name. */
export const isChatOf = (settings: Record<string, unknown>, chat: TelegramChat): boolean => {
  const wanted = String(settings.chatId ?? "").toLowerCase();
  return (
    wanted === String(chat.id) ||
    (chat.username !== undefined && wanted === `@${chat.username.toLowerCase()}`)
  );
};
