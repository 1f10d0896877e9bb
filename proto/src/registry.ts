// The registry's messages and service.
export * from './gen/mooring/registry/v1/account.js';
export * from './gen/mooring/registry/v1/admission.js';
export * from './gen/mooring/registry/v1/device.js';
export * from './gen/mooring/registry/v1/registry.js';
