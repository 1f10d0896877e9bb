-- Deployment groups, the devices as rollouts see them, what their updates are of, and what must still be published.
CREATE TABLE "deployment_group" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "condition_version" TEXT NOT NULL,
    "condition_tags" TEXT[] NOT NULL,
    "condition_tag_operator" TEXT NOT NULL,
    "artifact_id" UUID NOT NULL,
    "archive_id" UUID,
    "concurrent_updates" INTEGER NOT NULL,
    "failure_threshold" INTEGER NOT NULL,
    "device_failure_threshold" INTEGER NOT NULL,
    "device_failure_rate_amount" INTEGER NOT NULL,
    "device_failure_rate_seconds" INTEGER NOT NULL,
    "penalty_timeout_minutes" INTEGER NOT NULL,
    "update_timeout_minutes" INTEGER NOT NULL,
    "queue_management" TEXT NOT NULL,
    "release_network_interfaces" TEXT[] NOT NULL,
    "release_tags" TEXT[] NOT NULL,
    "lock_device_membership" BOOLEAN NOT NULL,
    "connecting_code" TEXT NOT NULL,
    "notes" TEXT NOT NULL,
    "phases" JSONB NOT NULL,
    "priority_queue_enabled" BOOLEAN NOT NULL,
    "priority_queue_concurrent_updates" INTEGER NOT NULL,
    "priority_queue_firmware_version_threshold" TEXT NOT NULL,
    "is_active" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "release" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL,
    "phase" INTEGER NOT NULL,
    "phase_limit" INTEGER,
    "phase_failures" INTEGER NOT NULL,
    "soak_until" TIMESTAMPTZ(3),
    "gathered" BOOLEAN NOT NULL,
    "revision" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deployment_group_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "deployment_group_limits_check" CHECK ("concurrent_updates" > 0 AND "priority_queue_concurrent_updates" > 0)
);

CREATE UNIQUE INDEX "deployment_group_number_key" ON "deployment_group" ("number");
CREATE UNIQUE INDEX "deployment_group_organization_id_product_name_key" ON "deployment_group" ("organization_id", "product", "name");
CREATE INDEX "deployment_group_organization_id_id_idx" ON "deployment_group" ("organization_id", "id");

-- Firmware that a group brings to its devices cannot be deleted.
ALTER TABLE "deployment_group" ADD CONSTRAINT "deployment_group_artifact_id_fkey"
    FOREIGN KEY ("artifact_id") REFERENCES "artifact" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "deployment_group" ADD CONSTRAINT "deployment_group_archive_id_fkey"
    FOREIGN KEY ("archive_id") REFERENCES "artifact" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "fleet_device" (
    "device_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "organization_id" UUID NOT NULL,
    "epoch" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "joined_epoch" BIGINT NOT NULL,
    "joined_sequence" BIGINT NOT NULL,
    "presence_epoch" BIGINT NOT NULL,
    "presence_online" BOOLEAN NOT NULL,
    "presence_at" TIMESTAMPTZ(3) NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,
    "firmware_uuid" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "api_version" TEXT NOT NULL,
    "validation" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "tags" TEXT[] NOT NULL,
    "described" BOOLEAN NOT NULL,
    "updates_enabled" BOOLEAN NOT NULL,
    "blocked_until" TIMESTAMPTZ(3),
    "attempts_ms" DOUBLE PRECISION[] NOT NULL,
    "group_id" UUID,
    "taken_release" INTEGER,

    CONSTRAINT "fleet_device_pkey" PRIMARY KEY ("device_id")
);

CREATE INDEX "fleet_device_group_id_idx" ON "fleet_device" ("group_id");
CREATE INDEX "fleet_device_organization_id_product_idx" ON "fleet_device" ("organization_id", "product");

ALTER TABLE "fleet_device" ADD CONSTRAINT "fleet_device_group_id_fkey"
    FOREIGN KEY ("group_id") REFERENCES "deployment_group" ("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Devices that have reported before are known by that much; the rest they say when they join.
INSERT INTO "fleet_device"
SELECT DISTINCT ON (device_id) device_id, 0, organization_id, epoch, sequence, 0, 0, 0, false, started_at, started_at, started_at,
    '', '', '', '', '', '', 'unknown', 'unknown', '{}'::text[], false, true, NULL::timestamptz, '{}'::float8[], NULL::uuid, NULL::integer
FROM "device_update" ORDER BY device_id, epoch DESC, sequence DESC;

DROP INDEX "device_update_device_id_epoch_sequence_key";
ALTER TABLE "device_update" ALTER COLUMN "epoch" DROP NOT NULL;
ALTER TABLE "device_update"
    DROP COLUMN "sequence",
    ADD COLUMN "firmware_uuid" TEXT,
    ADD COLUMN "firmware_version" TEXT,
    ADD COLUMN "from_uuid" TEXT,
    ADD COLUMN "artifact_id" UUID,
    ADD COLUMN "group_id" UUID,
    ADD COLUMN "group_number" INTEGER,
    ADD COLUMN "release" INTEGER,
    ADD COLUMN "queue" TEXT,
    ADD COLUMN "slot" INTEGER,
    ADD COLUMN "actor" TEXT,
    ADD COLUMN "command_number" BIGINT,
    ADD COLUMN "deadline_at" TIMESTAMPTZ(3),
    ADD COLUMN "timeout_minutes" INTEGER NOT NULL DEFAULT 30,
    ADD COLUMN "offer_until" TIMESTAMPTZ(3),
    ADD COLUMN "offers" INTEGER NOT NULL DEFAULT 0;

UPDATE "device_update" SET "deadline_at" = "updated_at" + interval '30 minutes' WHERE "ended_at" IS NULL;

ALTER TABLE "device_update"
    -- What is in flight of a group has a slot, what is in flight has a deadline, and what has ended holds no firmware.
    ADD CONSTRAINT "device_update_slot_check" CHECK (
        ("group_id" IS NULL) = ("slot" IS NULL) AND ("group_id" IS NULL) = ("queue" IS NULL)
        AND "queue" IN ('normal', 'priority') AND "slot" >= 0),
    ADD CONSTRAINT "device_update_deadline_check" CHECK ("ended_at" IS NOT NULL OR "deadline_at" IS NOT NULL),
    ADD CONSTRAINT "device_update_artifact_check" CHECK ("ended_at" IS NULL OR "artifact_id" IS NULL),
    ADD CONSTRAINT "device_update_device_id_fkey"
        FOREIGN KEY ("device_id") REFERENCES "fleet_device" ("device_id") ON DELETE CASCADE ON UPDATE CASCADE,
    ADD CONSTRAINT "device_update_artifact_id_fkey"
        FOREIGN KEY ("artifact_id") REFERENCES "artifact" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE INDEX "device_update_device_id_id_idx" ON "device_update" ("device_id", "id");
CREATE INDEX "device_update_group_id_release_idx" ON "device_update" ("group_id", "release");
CREATE INDEX "device_update_deadline_idx" ON "device_update" ("deadline_at") WHERE "ended_at" IS NULL;

-- The cap. A slot is held by one update in flight.
CREATE UNIQUE INDEX "device_update_slot_key" ON "device_update" ("group_id", "queue", "slot") WHERE "ended_at" IS NULL;

-- Whoever takes a slot locks the group's row, so the count is exact over all transactions: there were fewer in flight than
-- the group allows at this moment, and the slot is one of those that it allows. A limit may be lowered below what is in
-- flight; then none is taken until enough have ended.
CREATE FUNCTION "take_deployment_slot"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed integer;
    taken integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NULL AND OLD.group_id = NEW.group_id AND OLD.queue = NEW.queue AND OLD.slot = NEW.slot THEN
            RETURN NEW;
        END IF;
    END IF;
    SELECT CASE NEW.queue WHEN 'priority' THEN priority_queue_concurrent_updates ELSE concurrent_updates END
        INTO allowed FROM deployment_group WHERE id = NEW.group_id FOR NO KEY UPDATE;
    SELECT count(*) INTO taken FROM device_update
        WHERE group_id = NEW.group_id AND queue = NEW.queue AND ended_at IS NULL AND id <> NEW.id;
    IF allowed IS NULL OR taken >= allowed OR NEW.slot >= allowed THEN
        RAISE EXCEPTION 'deployment group % allows % updates at once in queue %, and % are in flight',
            NEW.group_id, allowed, NEW.queue, taken USING ERRCODE = 'check_violation', CONSTRAINT = 'device_update_slot_cap';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "device_update_slot_cap" BEFORE INSERT OR UPDATE OF "group_id", "queue", "slot", "ended_at" ON "device_update"
    FOR EACH ROW WHEN (NEW.ended_at IS NULL AND NEW.group_id IS NOT NULL) EXECUTE FUNCTION "take_deployment_slot"();

CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "message_id" UUID NOT NULL,
    "key" UUID NOT NULL,
    "message" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);
