package cli

import "strings"

// WarnsOfPlainHTTP says whether serve warns on that address.
func WarnsOfPlainHTTP(address string, behindProxy bool) bool {
	var out strings.Builder
	o := serveOptions{http: address, out: &out}
	o.warn(behindProxy)
	return strings.Contains(out.String(), "AVISO")
}
