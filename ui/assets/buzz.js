// Lets a phone buzz, once each time it appears.

export default function () {
  navigator.vibrate?.([80, 60, 80]);
}
