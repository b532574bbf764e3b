// Package webapp carries the built web app inside the binary.
package webapp

import "embed"

// Dist is webapp/dist: the built app, or a placeholder before it was built.
//
//go:embed all:dist
var Dist embed.FS
