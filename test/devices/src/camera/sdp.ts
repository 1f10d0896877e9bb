// What a camera needs to know of an offer before it can answer: where the video goes, and whether ICE starts anew.

export interface VideoSlot {
  readonly mid: string;
  readonly payloadType: number;
}

export interface OfferShape {
  /** The first section that takes VP8; undefined when none does. */
  readonly video: VideoSlot | undefined;
  /** The mid of each section, in order: a candidate names its section by number too. */
  readonly mids: readonly string[];
  /** Changes with an ICE restart (RFC 8839 4.4.1.1.1). */
  readonly ufrag: string;
}

/** Any text is an offer here, if need be one without anything in it. */
export function shapeOf(sdp: string): OfferShape {
  const [head = '', ...sections] = sdp.split(/^m=/m);
  const mids = sections.map((section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? '');
  const video = sections.flatMap((section, index) => {
    const payloadType = /^a=rtpmap:(\d+) VP8\/90000/im.exec(section)?.[1];
    const takesVideo = section.startsWith('video ') && !/^a=(?:sendonly|inactive)/m.test(section);
    const mid = mids[index] ?? '';
    return takesVideo && payloadType !== undefined ? [{ mid, payloadType: Number(payloadType) }] : [];
  });
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sections[0] ?? '') ?? /^a=ice-ufrag:(\S+)/m.exec(head);
  return { video: video[0], mids, ufrag: ufrag?.[1] ?? '' };
}
