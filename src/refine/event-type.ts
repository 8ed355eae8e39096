import { unmasked } from "../kit/fold.ts";
import { EVENT_TYPES, type EventType } from "../model/scalars.ts";
import { EVENT_CUES } from "./event-cues.ts";

/** The type and the words that decided it; empty for a plain mention. */
export type TypedText = { type: EventType; phrase: string };

const MAX_LENGTH = 2_000;

/** Below this sum of cues a text is a plain mention. */
const DECIDES = 1;

/** Every cue of a type counts once; the type with the largest sum names the text, the stronger type at a tie. */
export function eventType(text: string): TypedText {
  const lower = unmasked(text).toLowerCase().slice(0, MAX_LENGTH);
  let best: TypedText & { sum: number } = { type: "mention", phrase: "", sum: 0 };
  for (const type of EVENT_TYPES) {
    let sum = 0;
    let phrase = "";
    let strongest = 0;
    for (const [weight, pattern] of EVENT_CUES[type] ?? []) {
      const match = pattern.exec(lower);
      if (!match) continue;
      sum += weight;
      if (weight > strongest) [strongest, phrase] = [weight, match[0].trim()];
    }
    if (sum >= DECIDES && sum >= best.sum) best = { type, phrase, sum };
  }
  return { type: best.type, phrase: best.phrase };
}

const SENTENCE = /[^.!?\n。！？]+(?:[.!?\n。！？]+|$)/g;

/** Tells the type for the token named at `at`: its own sentence decides, or the whole text when that is about this token alone. */
export function eventTypes(text: string): (at: number, alone: boolean) => TypedText {
  const sentences = [...text.matchAll(SENTENCE)];
  let whole: TypedText | undefined;
  const ofWhole = () => {
    whole ??= eventType(text);
    return whole;
  };
  return (at, alone) => {
    const own = sentences.find((sentence) => sentence.index <= at && at < sentence.index + sentence[0].length);
    if (at < 0 || own === undefined || sentences.length === 1) return ofWhole();
    const typed = eventType(own[0]);
    return typed.type === "mention" && alone ? ofWhole() : typed;
  };
}
