-- Products of Nerves devices with their keys, and shared secrets of devices.

CREATE TABLE "product" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "product_key" (
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "product_key_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "device" ADD COLUMN     "product_id" UUID;

ALTER TABLE "credential" ALTER COLUMN "secret_hash" DROP NOT NULL,
ADD COLUMN     "key" TEXT,
ADD COLUMN     "sealed" BYTEA;

CREATE UNIQUE INDEX "product_organization_id_name_key" ON "product"("organization_id", "name");

CREATE INDEX "product_organization_id_id_idx" ON "product"("organization_id", "id");

CREATE UNIQUE INDEX "product_key_key_key" ON "product_key"("key");

CREATE INDEX "product_key_product_id_id_idx" ON "product_key"("product_id", "id");

CREATE INDEX "device_product_id_idx" ON "device"("product_id");

CREATE UNIQUE INDEX "credential_key_key" ON "credential"("key");

ALTER TABLE "product" ADD CONSTRAINT "product_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "product_key" ADD CONSTRAINT "product_key_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "device" ADD CONSTRAINT "device_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Whoever was let in by a key that is withdrawn is sent away.
CREATE INDEX "device_credential_id_idx" ON "device"("credential_id", "number") WHERE "credential_id" IS NOT NULL;
