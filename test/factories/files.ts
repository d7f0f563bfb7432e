/** Small files that are what they say. */

/** The first bytes of a JPEG, and then anything: `text` makes one differ from another. */
export function aJpeg(text = 'picture', size?: number): Buffer {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), Buffer.from(`JFIF\0${text}`)]);
  return size === undefined ? bytes : Buffer.concat([bytes], size);
}

export function aPdf(text = 'document'): Buffer {
  return Buffer.from(`%PDF-1.7\n${text}\n%%EOF`);
}

export function anOpusVoiceNote(): Buffer {
  const head = Buffer.alloc(64);
  head.write('OggS');
  head.write('OpusHead', 28);
  return head;
}
