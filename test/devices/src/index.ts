// Simulated devices: each written from its own side of the wire, sharing nothing with the platform's codecs.
export type { ParsedCommand } from './berg/binary.js';
export { type BergBridge, type BergBridgeOptions, bergBridge } from './berg/bridge.js';
export type { Outcome, OutcomeOf } from './berg/command-queue.js';
export type { Picture } from './berg/picture.js';
export { type CameraDevice, type CameraDeviceOptions, cameraDevice } from './camera/device.js';
export type { CameraMessage } from './camera/envelope.js';
export {
  type MakePeer,
  type Peer,
  type PeerEvents,
  type PeerOptions,
  refusingPeer,
  textPeer,
} from './camera/peer.js';
export { loadVideo, type Video } from './camera/video.js';
export { type CameraViewer, type CameraViewerOptions, cameraViewer } from './camera/viewer.js';
export { type Fleet, type FleetMember, type FleetOptions, fleetDevices, startFleet } from './fleet.js';
export type { Json, JsonObject } from './json.js';
export { type KinetidPlug, type KinetidPlugOptions, kinetidPlug } from './kinetid/plug.js';
export type { PlugLoad } from './kinetid/relay.js';
export type { DeviceOptions, Link } from './link.js';
export type { PhoenixMessage } from './nerves/channels.js';
export type { ClientCertificate } from './nerves/credentials.js';
export { type NervesDevice, type NervesDeviceOptions, nervesDevice } from './nerves/device.js';
export { demoFirmware, type NervesFirmware } from './nerves/firmware.js';
export { type SharedSecret, sharedSecretHeaders } from './nerves/shared-secret.js';
export type { UpdateOutcome } from './nerves/update.js';
export { Observations, type SocketClose } from './observations.js';
