-- Commands, claims, print keys and schedules.

-- Numbers as the devices' wires carry them: 32 bits, never 0.
CREATE SEQUENCE "command_number" AS BIGINT MINVALUE 1 MAXVALUE 4294967295 CYCLE;

ALTER TABLE "device" ADD COLUMN     "desired_until" TIMESTAMPTZ(3),
ADD COLUMN     "instance" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "arrival_epoch" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "arrival_sequence" BIGINT NOT NULL DEFAULT -1;

CREATE TABLE "command" (
    "id" UUID NOT NULL,
    "number" BIGINT NOT NULL DEFAULT nextval('command_number'::regclass),
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "params" JSONB NOT NULL DEFAULT '{}',
    "sealed_payload" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "code" TEXT NOT NULL DEFAULT '',
    "result" JSONB,
    "actor" TEXT NOT NULL,
    "traceparent" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "timeout_s" INTEGER,
    "due_at" TIMESTAMPTZ(3),
    "lane_id" UUID,
    "sent_edge" TEXT NOT NULL DEFAULT '',
    "sent_connection" TEXT NOT NULL DEFAULT '',
    "sent_epoch" BIGINT NOT NULL DEFAULT 0,
    "sent_instance" TEXT NOT NULL DEFAULT '',
    "sent_at" TIMESTAMPTZ(3),
    "written" BOOLEAN NOT NULL DEFAULT false,
    "repeatable" BOOLEAN NOT NULL DEFAULT false,
    "answer_by" TIMESTAMPTZ(3),
    "repeats" INTEGER NOT NULL DEFAULT 0,
    "retries_left" INTEGER NOT NULL DEFAULT -1,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "restarted" BOOLEAN NOT NULL DEFAULT false,
    "urgent" BOOLEAN NOT NULL DEFAULT false,
    "last_answer" TEXT NOT NULL DEFAULT '',
    "told" INTEGER NOT NULL DEFAULT 0,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "command_step" (
    "command_id" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL,
    "detail" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "command_step_pkey" PRIMARY KEY ("command_id","step")
);

CREATE TABLE "claim" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "code_hint" TEXT NOT NULL,
    "hardware_xor" INTEGER NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "identifier" TEXT NOT NULL DEFAULT '',
    "device_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_at" TIMESTAMPTZ(3),

    CONSTRAINT "claim_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "device_key" (
    "device_id" UUID NOT NULL,
    "claim_id" UUID NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_key_pkey" PRIMARY KEY ("device_id")
);

CREATE TABLE "key_request" (
    "id" UUID NOT NULL,
    "device_address" TEXT NOT NULL,
    "hardware_xor" INTEGER NOT NULL,
    "bridge_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "count" INTEGER NOT NULL DEFAULT 1,
    "sent_at" TIMESTAMPTZ(3),
    "sent_count" INTEGER NOT NULL DEFAULT 0,
    "command_id" UUID,
    "refused_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_request_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "print_key" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "uses" INTEGER NOT NULL DEFAULT 0,
    "senders" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "print_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "schedule" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "turns_on" BOOLEAN NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "kind" TEXT NOT NULL,
    "days" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "at_minute" INTEGER NOT NULL DEFAULT 0,
    "run_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3),
    "last_run_at" TIMESTAMPTZ(3),
    "last_command_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "command_number_idx" ON "command"("number");

CREATE INDEX "command_device_id_id_idx" ON "command"("device_id", "id");

CREATE INDEX "command_due_at_idx" ON "command"("due_at");

CREATE INDEX "command_answer_by_idx" ON "command"("answer_by");

CREATE INDEX "command_lane_id_answer_by_idx" ON "command"("lane_id", "answer_by");

CREATE INDEX "command_state_expires_at_idx" ON "command"("state", "expires_at");

CREATE INDEX "command_settled_at_idx" ON "command"("settled_at");

CREATE INDEX "claim_code_hash_idx" ON "claim"("code_hash");

CREATE INDEX "claim_hardware_xor_state_idx" ON "claim"("hardware_xor", "state");

CREATE INDEX "claim_organization_id_id_idx" ON "claim"("organization_id", "id");

CREATE INDEX "claim_device_id_idx" ON "claim"("device_id");

CREATE INDEX "key_request_hardware_xor_idx" ON "key_request"("hardware_xor");

CREATE INDEX "key_request_bridge_id_idx" ON "key_request"("bridge_id");

CREATE UNIQUE INDEX "key_request_device_address_bridge_id_key" ON "key_request"("device_address", "bridge_id");

CREATE UNIQUE INDEX "print_key_secret_hash_key" ON "print_key"("secret_hash");

CREATE INDEX "print_key_device_id_id_idx" ON "print_key"("device_id", "id");

CREATE INDEX "schedule_device_id_id_idx" ON "schedule"("device_id", "id");

CREATE INDEX "schedule_organization_id_id_idx" ON "schedule"("organization_id", "id");

CREATE INDEX "schedule_next_run_at_idx" ON "schedule"("next_run_at");

ALTER TABLE "command" ADD CONSTRAINT "command_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "command_step" ADD CONSTRAINT "command_step_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "claim" ADD CONSTRAINT "claim_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "device_key" ADD CONSTRAINT "device_key_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "key_request" ADD CONSTRAINT "key_request_bridge_id_fkey" FOREIGN KEY ("bridge_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "print_key" ADD CONSTRAINT "print_key_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "schedule" ADD CONSTRAINT "schedule_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What claim codes know a BERG device by; the same rule as in src/domain/hardware-xor.ts. Byte 0 is the first pair of digits.
CREATE FUNCTION "berg_hardware_xor"("identifier" TEXT) RETURNS INTEGER LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN ((get_byte(decode("identifier", 'hex'), 5) # get_byte(decode("identifier", 'hex'), 3) # get_byte(decode("identifier", 'hex'), 0)) << 16)
    | ((get_byte(decode("identifier", 'hex'), 6) # get_byte(decode("identifier", 'hex'), 4) # get_byte(decode("identifier", 'hex'), 1)) << 8)
    | (get_byte(decode("identifier", 'hex'), 7) # get_byte(decode("identifier", 'hex'), 2));

CREATE INDEX "device_hardware_xor_idx" ON "device"("berg_hardware_xor"("identifier")) WHERE "dialect" = 'berg';

-- Few commands at a time have a step that nobody was told of.
CREATE INDEX "command_untold_idx" ON "command"("id") WHERE "told" < "step";

-- Of all that was ever asked of a device, little waits.
CREATE INDEX "command_waiting_idx" ON "command"("device_id", "id") WHERE "state" = 'queued';
