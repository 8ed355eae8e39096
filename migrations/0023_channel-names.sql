-- contracts 0022_tenants
-- Each tenant has its own names of channels: channels_tenant_name takes its place.
DROP INDEX "channels_name";