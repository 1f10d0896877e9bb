-- Alarm rules, how each stands for each device, alarms, what is still to be told of them, and webhooks.

CREATE TABLE "alarm_rule" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "device_id" TEXT,
    "device_number" BIGINT,
    "metric" TEXT NOT NULL,
    "condition" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "for_s" INTEGER NOT NULL,
    "hysteresis" DOUBLE PRECISION NOT NULL,
    "action" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "revision" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alarm_rule_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alarm_rule_organization_id_id_idx" ON "alarm_rule"("organization_id", "id");
CREATE INDEX "alarm_rule_device_number_idx" ON "alarm_rule"("device_number");
CREATE INDEX "alarm_rule_revision_idx" ON "alarm_rule"("revision");

-- One row. Whoever changes a rule counts it up first, so revisions become visible in their order.
CREATE TABLE "alarm_rule_revision" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "revision" BIGINT NOT NULL,

    CONSTRAINT "alarm_rule_revision_pkey" PRIMARY KEY ("only")
);
INSERT INTO "alarm_rule_revision" VALUES (true, 0);

CREATE TABLE "alarm_state" (
    "rule_id" UUID NOT NULL,
    "device_number" BIGINT NOT NULL,
    "device_id" TEXT NOT NULL,
    "armed" BOOLEAN NOT NULL,
    "since" TIMESTAMPTZ(3),
    "last_at" TIMESTAMPTZ(3),
    "last_value" DOUBLE PRECISION,
    "alarm_id" UUID,
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "alarm_state_pkey" PRIMARY KEY ("rule_id", "device_number")
) WITH (fillfactor = 70);
CREATE INDEX "alarm_state_device_number_idx" ON "alarm_state"("device_number");
-- Of all that is watched, only what may fall silent is ever due.
CREATE INDEX "alarm_state_due_idx" ON "alarm_state"("due_at") WHERE "due_at" IS NOT NULL;
ALTER TABLE "alarm_state" ADD CONSTRAINT "alarm_state_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "alarm_rule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One row: since when readings have been listened for without a break, so that an outage here is nobody's silence.
CREATE TABLE "alarm_listening" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alarm_listening_pkey" PRIMARY KEY ("only")
);
INSERT INTO "alarm_listening" VALUES (true, '-infinity', '-infinity');

-- An alarm keeps what its rule was like when it was raised.
CREATE TABLE "alarm" (
    "id" UUID NOT NULL,
    "rule_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" TEXT NOT NULL,
    "device_number" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT NOT NULL,
    "cleared_at" TIMESTAMPTZ(3),
    "cleared_by" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "rule_name" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "condition" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "for_s" INTEGER NOT NULL,
    "hysteresis" DOUBLE PRECISION NOT NULL,
    "action" TEXT NOT NULL,

    CONSTRAINT "alarm_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alarm_organization_id_id_idx" ON "alarm"("organization_id", "id");
CREATE INDEX "alarm_device_number_idx" ON "alarm"("device_number");
CREATE INDEX "alarm_cleared_at_idx" ON "alarm"("cleared_at");
CREATE UNIQUE INDEX "alarm_open_key" ON "alarm"("rule_id", "device_number") WHERE "state" <> 'cleared';

-- What the bus is still to hear, in order per device.
CREATE TABLE "alarm_outbox" (
    "id" BIGSERIAL NOT NULL,
    "alarm_id" UUID NOT NULL,
    "rule_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" TEXT NOT NULL,
    "device_number" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "traceparent" TEXT NOT NULL,

    CONSTRAINT "alarm_outbox_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "webhook" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sealed_secret" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_organization_id_id_idx" ON "webhook"("organization_id", "id");

CREATE TABLE "webhook_delivery" (
    "id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "event" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_delivery_webhook_id_id_idx" ON "webhook_delivery"("webhook_id", "id");
CREATE INDEX "webhook_delivery_settled_at_idx" ON "webhook_delivery"("settled_at");
CREATE INDEX "webhook_delivery_waiting_idx" ON "webhook_delivery"("webhook_id", "next_attempt_at") WHERE "state" = 'waiting';
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a request with an idempotency key made, for a day.
CREATE TABLE "idempotency" (
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "resource_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "idempotency_created_at_idx" ON "idempotency"("created_at");
