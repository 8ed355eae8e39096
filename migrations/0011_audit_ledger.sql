CREATE TABLE "accepted_posts" (
	"source" text NOT NULL,
	"hour" timestamp(3) with time zone NOT NULL,
	"accepted" bigint NOT NULL,
	"archived" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "accepted_posts_pk" PRIMARY KEY("source","hour")
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "delivery_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "push_outbox" ADD COLUMN "attempt_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "accepted_posts_hour" ON "accepted_posts" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "events_updated_at" ON "events" USING btree ("updated_at","id");--> statement-breakpoint
UPDATE "push_outbox" o SET "attempt_count" = d.count FROM (SELECT "outbox_id", count(*) FROM "deliveries" GROUP BY "outbox_id") d WHERE d."outbox_id" = o."id";--> statement-breakpoint
UPDATE "events" e SET "delivery_count" = o.count FROM (SELECT "event_key", count(*) FROM "push_outbox" GROUP BY "event_key") o WHERE o."event_key" = e."event_key";--> statement-breakpoint
INSERT INTO "accepted_posts" ("source", "hour", "accepted") SELECT "source", date_bin('1 hour', "accepted_at", timestamptz '2000-01-01 00:00:00Z'), count(*) FROM "raw_posts" GROUP BY 1, 2;
