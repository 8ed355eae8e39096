ALTER TABLE "push_outbox" ADD COLUMN "counted" boolean;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "quota" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "usage_day" date;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "used_posts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "used_notifications" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- A channel or a key of a tenant other than "default" needs the tenant, and room in its quota. The row of the tenant is locked until it is committed, so that of two
-- at once the second is counted with the first, and none comes into being beside a removal. The functions stay when a restore drops the tables.
CREATE OR REPLACE FUNCTION public.tenant_room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  room int;
  gone timestamptz;
  held bigint;
BEGIN
  IF coalesce(current_setting('app.restoring', true), '') = 'on' THEN
    RETURN NEW;
  END IF;
  SELECT (quota ->> TG_ARGV[0])::int, removed_at INTO room, gone FROM public.tenants WHERE name = NEW.tenant FOR UPDATE;
  IF TG_ARGV[0] = 'keys' THEN
    SELECT count(*) INTO held FROM public.api_keys
    WHERE tenant = NEW.tenant AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > NEW.created_at);
  ELSE
    SELECT count(*) INTO held FROM public.channels WHERE tenant = NEW.tenant AND removed_at IS NULL;
  END IF;
  IF gone IS NOT NULL THEN
    RAISE EXCEPTION 'the tenant % was removed', NEW.tenant USING ERRCODE = 'TQ404';
  END IF;
  IF held >= room THEN
    RAISE EXCEPTION 'the tenant % has all that it may have', NEW.tenant
      USING ERRCODE = 'TQ403', DETAIL = json_build_object('quota', TG_ARGV[0], 'limit', room, 'used', held);
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER tenant_room BEFORE INSERT ON public.api_keys FOR EACH ROW WHEN (NEW.tenant <> 'default')
EXECUTE FUNCTION public.tenant_room('keys');--> statement-breakpoint
CREATE TRIGGER tenant_room BEFORE INSERT ON public.channels FOR EACH ROW WHEN (NEW.tenant <> 'default')
EXECUTE FUNCTION public.tenant_room('channels');--> statement-breakpoint
-- What was committed between the beginning of a removal and its lock, the removal does not see.
CREATE OR REPLACE FUNCTION public.tenant_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.api_keys SET revoked_at = NEW.removed_at WHERE tenant = NEW.name AND revoked_at IS NULL;
  UPDATE public.channels SET removed_at = NEW.removed_at, settings = '{}' WHERE tenant = NEW.name AND removed_at IS NULL;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER tenant_removed AFTER UPDATE OF removed_at ON public.tenants FOR EACH ROW
WHEN (OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL) EXECUTE FUNCTION public.tenant_removed();
