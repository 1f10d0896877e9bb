-- Certificates that no CA may bring back.
CREATE TABLE "revoked_certificate" (
    "organization_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "common_name" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "revoked_certificate_pkey" PRIMARY KEY ("fingerprint","organization_id")
);

CREATE INDEX "revoked_certificate_organization_id_common_name_idx" ON "revoked_certificate"("organization_id", "common_name");

CREATE INDEX "revoked_certificate_not_after_idx" ON "revoked_certificate"("not_after");

ALTER TABLE "revoked_certificate" ADD CONSTRAINT "revoked_certificate_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
