// The registry's messages and service.
export * from './gen/mooring/registry/v1/account.js';
export * from './gen/mooring/registry/v1/admission.js';
export * from './gen/mooring/registry/v1/claim.js';
export * from './gen/mooring/registry/v1/command.js';
export * from './gen/mooring/registry/v1/device.js';
export * from './gen/mooring/registry/v1/product.js';
export * from './gen/mooring/registry/v1/registry.js';
export * from './gen/mooring/registry/v1/schedule.js';
