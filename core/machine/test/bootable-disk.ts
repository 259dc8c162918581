/** 16-bit x86 machine code, one instruction a line. */
const prepare = [
  '31c0', // xor ax,ax
  '8ed8', // mov ds,ax
  'fc', // cld
];
const print = [
  'ac', // lodsb
  '84c0', // test al,al
  '7411', // jz past the loop
  '88c4', // mov ah,al
  'bafd03', // mov dx,3fd (line status)
  'ec', // in al,dx
  'a820', // test al,20 (room to send)
  '74fb', // jz back to in
  '88e0', // mov al,ah
  'b2f8', // mov dl,f8 (data)
  'ee', // out dx,al
  'ebea', // jmp back to lodsb
];
const afterwards = {
  halt: 'f4ebfd', // hlt; jmp back
  reset: 'b0fee664', // mov al,fe; out 64,al (the keyboard controller resets)
  repeat: 'ebe5', // jmp back to the mov si
  // mov dl,fd; in al,dx; test al,1 (something came); jz back to in; mov dl,f8; in al,dx; inc al; out dx,al; jmp back to the first
  answer: 'b2fdeca80174fbb2f8ecfec0eeebf1',
};

/**
 * Makes a disk of 1 MiB (SeaBIOS reads none that is much smaller) with a boot sector that prints `text` on the first serial port and then either halts for ever,
 * resets the machine, prints the text again and again, or answers each typed character with the one after it.
 */
export function bootableDisk(text: string, then: keyof typeof afterwards = 'halt'): Buffer {
  const before = Buffer.from(prepare.join(''), 'hex');
  const after = Buffer.from(print.join('') + afterwards[then], 'hex');
  const loadMessage = Buffer.from([0xbe, 0, 0]); // mov si,message
  loadMessage.writeUInt16LE(0x7c00 + before.length + loadMessage.length + after.length, 1);
  const code = Buffer.concat([before, loadMessage, after, Buffer.from(`${text}\0`, 'latin1')]);
  if (code.length > 510) throw new Error('the text does not fit into a boot sector');
  return Buffer.concat([code, Buffer.alloc(510 - code.length), Buffer.from([0x55, 0xaa]), Buffer.alloc(1024 * 1024 - 512)]);
}
