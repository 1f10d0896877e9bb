-- A whole file and a delta that leads to it, which have the same uuid, may both be there.
CREATE UNIQUE INDEX "artifact_organization_id_kind_product_uuid_delta_key" ON "artifact" ("organization_id", "kind", "product", "uuid", "delta");
DROP INDEX "artifact_organization_id_kind_product_uuid_key";
