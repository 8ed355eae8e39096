ALTER TABLE "event_evidence" ADD COLUMN "timings" jsonb;--> statement-breakpoint
ALTER TABLE "event_evidence" ADD COLUMN "store_ms" real;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "accept_ms" real;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "accepted_with" smallint;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "filter_ms" real;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "refine_ms" real;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "dedup_ms" real;--> statement-breakpoint
ALTER TABLE "raw_posts" ADD COLUMN "judged_with" smallint;