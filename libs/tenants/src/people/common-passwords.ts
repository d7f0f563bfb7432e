/** What people choose most where twelve characters are asked for, without what is between letters and digits. */
const WORDS = [
  'password password1 password12 password123 password1234 passwordpassword passw0rd p4ssw0rd mypassword',
  'contraseña contrasena micontraseña clave miclave secret secreto topsecret changeme cambiame cambiar letmein',
  'welcome welcome1 bienvenido bienvenidos administrator administrador admin adminadmin superadmin root toor',
  'qwerty qwertyuiop qwertyuiopas qwertyqwerty qwerty123456 qazwsxedc qazwsxedcrfv 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y asdfghjkl asdfghjklñ zxcvbnm',
  '1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5y6 abcdef abcdefgh abcdefghijkl abc abcabcabcabc',
  'iloveyou tequiero teamo teamomucho princess sunshine football baseball basketball superman batman monkey dragon',
  'master hello helloworld holamundo whatsapp palomar trustno1 starwars internet computer ordenador google facebook samsung',
  'correcthorsebatterystaple whatever freedom liverpool barcelona realmadrid mexico españa estrella corazon',
].flatMap((line) => line.split(' '));

const COMMON = new Set(WORDS.map(core));
const ROWS = ['1234567890', '0987654321', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm'];

/**
 * Whether somebody who tries the most common passwords would come across this one: a common word with digits or signs around
 * it, one piece over and over, or a run along the keyboard.
 */
export function isCommonPassword(password: string): boolean {
  const text = password.toLowerCase();
  return COMMON.has(core(text)) || COMMON.has(lettersOf(text)) || isRepetition(text) || isRun(text);
}

function core(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

function lettersOf(text: string): string {
  return core(text).replace(/^\d+|\d+$/g, '');
}

/** `aaaaaaaaaaaa`, `abcabcabcabc`, `password-password-`: a piece of at most half, at least twice. */
function isRepetition(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}

function isRun(text: string): boolean {
  return ROWS.some((row) => row.repeat(Math.ceil(text.length / row.length) + 1).includes(text));
}
