// Files made on the spot, so that nobody has to look for one.

function drawn(width, height, paint, type) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  paint(canvas.getContext("2d"));
  const address = canvas.toDataURL(type);
  return { content_type: type, base64: address.slice(address.indexOf(",") + 1) };
}

export const samplePhoto = () => ({
  kind: "image",
  media: drawn(480, 320, (on) => {
    const sky = on.createLinearGradient(0, 0, 0, 220);
    sky.addColorStop(0, "#f6b26b");
    sky.addColorStop(1, "#fde7c8");
    on.fillStyle = sky;
    on.fillRect(0, 0, 480, 320);
    on.fillStyle = "#fff6d8";
    on.beginPath();
    on.arc(360, 110, 38, 0, 7);
    on.fill();
    for (const [colour, points] of [["#7d8fa9", [0, 230, 130, 90, 260, 230]], ["#5b6f8c", [150, 240, 300, 120, 480, 240]], ["#3f7d6a", [0, 320, 0, 215, 480, 250, 480, 320]]]) {
      on.fillStyle = colour;
      on.beginPath();
      for (let at = 0; at < points.length; at += 2) on.lineTo(points[at], points[at + 1]);
      on.fill();
    }
  }, "image/png"),
});

export const sampleSticker = () => ({
  kind: "sticker",
  media: drawn(256, 256, (on) => {
    on.fillStyle = "#ffd54a";
    on.beginPath();
    on.arc(128, 128, 108, 0, 7);
    on.fill();
    on.fillStyle = "#4a3b00";
    for (const x of [92, 164]) {
      on.beginPath();
      on.ellipse(x, 104, 12, 18, 0, 0, 7);
      on.fill();
    }
    on.lineWidth = 12;
    on.lineCap = "round";
    on.strokeStyle = "#4a3b00";
    on.beginPath();
    on.arc(128, 132, 58, 0.3, 2.840);
    on.stroke();
  }, "image/webp"),
});

const RATE = 8000;
const NOTES = [523, 587, 659, 784, 659];

/** Five notes, a second and a half, as a wave file of one channel. */
export function sampleVoice() {
  const samples = new Uint8Array(RATE * 1.5);
  samples.forEach((_, at) => {
    const note = NOTES[Math.floor((at / samples.length) * NOTES.length)];
    const within = ((at / samples.length) * NOTES.length) % 1;
    samples[at] = 128 + 60 * Math.sin((2 * Math.PI * note * at) / RATE) * Math.sin(Math.PI * within);
  });
  const head = new DataView(new ArrayBuffer(44));
  const word = (at, text) => [...text].forEach((letter, n) => head.setUint8(at + n, letter.charCodeAt(0)));
  word(0, "RIFF"); head.setUint32(4, 36 + samples.length, true); word(8, "WAVEfmt ");
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
  head.setUint32(24, RATE, true); head.setUint32(28, RATE, true); head.setUint16(32, 1, true); head.setUint16(34, 8, true);
  word(36, "data"); head.setUint32(40, samples.length, true);
  const bytes = [...new Uint8Array(head.buffer), ...samples];
  return { kind: "voice", media: { content_type: "audio/wav", base64: btoa(bytes.map((one) => String.fromCharCode(one)).join("")) } };
}
