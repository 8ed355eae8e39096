ALTER TABLE "push_outbox" ADD COLUMN "external_chat" text;--> statement-breakpoint
ALTER TABLE "push_outbox" ADD COLUMN "external_shared" boolean DEFAULT false NOT NULL;