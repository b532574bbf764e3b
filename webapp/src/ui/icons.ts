/** Hand-drawn outlines on a 24 by 24 grid. */
export const PATHS = {
  check: 'M4 12.5l5.5 5.5L20 6.5',
  cross: 'M6 6l12 12M18 6L6 18',
  alert: 'M12 3.5L22 20H2zM12 10v4.5M12 17v.5',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3.5 2',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  sync: 'M4 12a8 8 0 0114-5l2 2M20 4v5h-5M20 12a8 8 0 01-14 5l-2-2M4 20v-5h5',
  person: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20c1-4 4-6 7.5-6s6.500 2 7.500 6',
  back: 'M14 5l-7 7 7 7',
  next: 'M10 5l7 7-7 7',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  camera: 'M4 7h4l2-3h4l2 3h4v12H4zM12 9.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7z',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2',
  pin: 'M12 21c4-5 7-8.500 7-12a7 7 0 10-14 0c0 3.500 3 7 7 12zM12 7.500a2 2 0 100 4 2 2 0 000-4z',
  eyeoff:
    'M3 3l18 18M10 6.300A9 9 0 0121 12a14 14 0 01-2.500 3M6 8a13 13 0 00-3 4c2 4 5 6 9 6 1.200 0 2.300-.2 3.300-.6',
  phone: 'M7 3h10v18H7zM11 18h2',
  offline:
    'M3 3l18 18M5 12a10 10 0 014-2.500M2 8.500A15 15 0 017 5.800M12 5a15 15 0 0110 3.500M15 10a10 10 0 014 2M8.500 15.500a5 5 0 017 0M12 19h.01',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2.500h4L15 13h5',
  flag: 'M5 21V4h12l-2 4 2 4H5',
} as const
export type IconName = keyof typeof PATHS
