-- Certificates of devices, and CAs that vouch for them.
CREATE TABLE "device_certificate" (
    "credential_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "public_key_fingerprint" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "common_name" TEXT NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "der" BYTEA NOT NULL,

    CONSTRAINT "device_certificate_pkey" PRIMARY KEY ("credential_id")
);

CREATE TABLE "ca_certificate" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "fingerprint" TEXT NOT NULL,
    "public_key_fingerprint" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "subject_key_id" TEXT NOT NULL,
    "common_name" TEXT NOT NULL DEFAULT '',
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "der" BYTEA NOT NULL,
    "check_expiration" BOOLEAN NOT NULL DEFAULT false,
    "product_id" UUID,
    "device_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "device_description" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "ca_certificate_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "device_certificate_fingerprint_key" ON "device_certificate"("fingerprint");

CREATE INDEX "device_certificate_public_key_fingerprint_idx" ON "device_certificate"("public_key_fingerprint");

CREATE UNIQUE INDEX "ca_certificate_fingerprint_key" ON "ca_certificate"("fingerprint");

CREATE INDEX "ca_certificate_subject_key_id_idx" ON "ca_certificate"("subject_key_id");

CREATE INDEX "ca_certificate_public_key_fingerprint_idx" ON "ca_certificate"("public_key_fingerprint");

CREATE INDEX "ca_certificate_organization_id_id_idx" ON "ca_certificate"("organization_id", "id");

CREATE INDEX "ca_certificate_product_id_idx" ON "ca_certificate"("product_id");

ALTER TABLE "device_certificate" ADD CONSTRAINT "device_certificate_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credential"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "ca_certificate" ADD CONSTRAINT "ca_certificate_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "ca_certificate" ADD CONSTRAINT "ca_certificate_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE SET NULL ON UPDATE CASCADE;
