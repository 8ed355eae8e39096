CREATE INDEX "events_type" ON "events" USING btree ("type","last_ts","id");--> statement-breakpoint
CREATE INDEX "events_chain" ON "events" USING btree ("chain","last_ts","id");--> statement-breakpoint
CREATE INDEX "signals_score" ON "signals" USING btree ("score");