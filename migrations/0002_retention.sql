CREATE TABLE "archived" (
	"what" text NOT NULL,
	"outcome" text NOT NULL,
	"reason" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "archived_pk" PRIMARY KEY("what","outcome","reason")
);
--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("id") WHERE "dead_letters"."replayed_at" is null;--> statement-breakpoint
CREATE INDEX "push_outbox_status" ON "push_outbox" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "push_outbox_finished_at" ON "push_outbox" USING btree ("finished_at") WHERE "push_outbox"."status" in ('done', 'dlq');--> statement-breakpoint
CREATE INDEX "raw_posts_dropped" ON "raw_posts" USING btree ("reason") WHERE "raw_posts"."outcome" = 'dropped';--> statement-breakpoint
CREATE INDEX "raw_posts_not_dropped" ON "raw_posts" USING btree ("outcome") WHERE "raw_posts"."outcome" is distinct from 'dropped';--> statement-breakpoint
CREATE INDEX "raw_posts_came_to_nothing" ON "raw_posts" USING btree ("accepted_at") WHERE "raw_posts"."outcome" in ('dropped', 'duplicate', 'dead');--> statement-breakpoint
CREATE INDEX "signals_state" ON "signals" USING btree ("state","ts","id");