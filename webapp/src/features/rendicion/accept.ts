/**
 * What the file chooser offers; the server looks at the content. HEIC is left out on purpose: an iPhone then hands its
 * photos over as JPEG by itself.
 */
export const ACCEPT = '.pdf,.jpg,.jpeg,.jfif,.jpe,.png,.xlsx,.docx,.zip,.xml'
