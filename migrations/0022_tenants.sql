CREATE TABLE "tenants" (
	"name" text PRIMARY KEY NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
ALTER TABLE "idempotent_replies" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
ALTER TABLE "push_outbox" ADD COLUMN "tenant" text DEFAULT coalesce(nullif(current_setting('app.tenant', true), ''), 'default') NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_log_tenant" ON "audit_log" USING btree ("tenant","id") WHERE "audit_log"."tenant" <> 'default';--> statement-breakpoint
CREATE UNIQUE INDEX "channels_tenant_name" ON "channels" USING btree ("tenant","name") WHERE "channels"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "dead_letters_tenant" ON "dead_letters" USING btree ("tenant","id") WHERE "dead_letters"."tenant" <> 'default';--> statement-breakpoint
CREATE INDEX "push_outbox_tenant" ON "push_outbox" USING btree ("tenant","id") WHERE "push_outbox"."tenant" <> 'default';--> statement-breakpoint
-- Tenants are kept apart by the database itself: what the Worker does for a tenant runs as app_tenant, which owns nothing, with the tenant's name in app.tenant for
-- the length of the transaction, and sees and writes the rows of that name alone. Owners see all rows, and so does app_rw, which works for all. Another login that
-- reads these tables has to be a member of app_rw. Where the owner may not make roles, there are no tenants beside "default".
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_tenant') THEN
    CREATE ROLE app_tenant NOLOGIN;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE 'app_tenant was not made: this role may not make roles';
  WHEN duplicate_object OR unique_violation THEN NULL;
END $$;--> statement-breakpoint
DO $$
DECLARE
  of_a_tenant text;
  may_see_all text := 'CREATE POLICY all_rows ON public.%I TO app_rw USING (true) WITH CHECK (true)';
  its_own text := $policy$CREATE POLICY own_rows ON public.%I TO app_tenant
    USING (tenant = current_setting('app.tenant') AND tenant <> 'default')
    WITH CHECK (tenant = current_setting('app.tenant') AND tenant <> 'default')$policy$;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_tenant')
    OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_rw') THEN
    RETURN;
  END IF;
  FOREACH of_a_tenant IN ARRAY ARRAY['api_keys', 'channels', 'push_outbox', 'dead_letters', 'audit_log', 'idempotent_replies', 'deliveries', 'tenants'] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', of_a_tenant);
    EXECUTE format(may_see_all, of_a_tenant);
    IF of_a_tenant NOT IN ('deliveries', 'tenants') THEN
      EXECUTE format(its_own, of_a_tenant);
    END IF;
  END LOOP;
  CREATE POLICY own_rows ON public.deliveries TO app_tenant
    USING (EXISTS (SELECT FROM public.push_outbox o WHERE o.id = outbox_id))
    WITH CHECK (EXISTS (SELECT FROM public.push_outbox o WHERE o.id = outbox_id));
  CREATE POLICY own_rows ON public.tenants FOR SELECT TO app_tenant USING (name = current_setting('app.tenant'));
  GRANT USAGE ON SCHEMA public TO app_tenant;
  GRANT SELECT, INSERT, UPDATE ON public.api_keys, public.channels TO app_tenant;
  GRANT SELECT, UPDATE ON public.push_outbox, public.dead_letters TO app_tenant;
  GRANT SELECT, INSERT ON public.deliveries, public.audit_log TO app_tenant;
  GRANT SELECT, INSERT, UPDATE, DELETE ON public.idempotent_replies TO app_tenant;
  GRANT SELECT ON public.tenants TO app_tenant;
END $$;--> statement-breakpoint
-- Who may become it: the Worker's logins, and the owner where the Worker has no login of its own.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_tenant') THEN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_rw') THEN
      GRANT app_tenant TO app_rw;
    END IF;
    EXECUTE format('GRANT app_tenant TO %I', current_user);
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE 'an administrator has to do it: GRANT app_tenant TO app_rw';
END $$;--> statement-breakpoint
-- They write numbers that are no tenant's.
ALTER FUNCTION public.tally_deliveries() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;--> statement-breakpoint
ALTER FUNCTION public.tally_dead_letters() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
