DROP INDEX "push_outbox_open";--> statement-breakpoint
DROP INDEX "push_outbox_open_channel";--> statement-breakpoint
CREATE INDEX "push_outbox_due" ON "push_outbox" USING btree ("next_retry_at","id") WHERE "push_outbox"."status" in ('pending', 'failed');--> statement-breakpoint
CREATE INDEX "push_outbox_due_channel" ON "push_outbox" USING btree ("channel_id","next_retry_at","id") WHERE "push_outbox"."status" in ('pending', 'failed');--> statement-breakpoint
-- Room on each page for the versions that claims make: an update that finds room there, and changes
-- nothing that an index names, leaves the indexes alone.
ALTER TABLE "push_outbox" SET (fillfactor = 50);
