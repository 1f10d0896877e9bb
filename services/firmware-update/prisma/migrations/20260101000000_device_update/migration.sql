-- The updates that devices report.
CREATE TABLE "device_update" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "progress" DOUBLE PRECISION,
    "reason" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "epoch" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "device_update_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "device_update_device_id_epoch_sequence_key" ON "device_update" ("device_id", "epoch", "sequence");

-- A device has at most one update in flight.
CREATE UNIQUE INDEX "device_update_open_key" ON "device_update" ("device_id") WHERE "ended_at" IS NULL;
