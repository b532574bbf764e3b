// Package edge owns where the server meets the network: an institution's own
// certificate, and which proxies are believed about where a request began.
package edge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// Certificate is a key pair in two PEM files, read again when they change.
type Certificate struct {
	certFile, keyFile string
	names             []string // it must cover; none: any
	log               *slog.Logger
	now               func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	seen   string    // how the files looked when they were last read
	looked time.Time // when they were last looked at
}

// every is how often a handshake looks whether the files changed.
const every = 2 * time.Second

// LoadCertificate reads a certificate (its chain after it) and its key. It
// refuses, in Spanish, a pair that no browser would accept: one that does not
// match, is out of date, or does not cover the names (host names or addresses).
func LoadCertificate(certFile, keyFile string, names []string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, names: names, log: log, now: time.Now}
	pair, err := c.read()
	if err != nil {
		return nil, err
	}
	c.pair, c.seen, c.looked = pair, c.look(), time.Now()
	return c, nil
}

// Names the certificate is good for.
func (c *Certificate) Names() []string {
	leaf := c.current().Leaf
	out := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		out = append(out, ip.String())
	}
	return out
}

// Expires says until when the certificate in use is good.
func (c *Certificate) Expires() time.Time { return c.current().Leaf.NotAfter }

// Config answers handshakes with the newest good pair.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current(), nil
		},
	}
}

// current reads the files again if they changed. A bad new pair is reported and
// the old one stays: half of a renewal (the key written, the certificate not
// yet) must not take the office off the network.
func (c *Certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < every {
		return c.pair
	}
	c.looked = time.Now()
	look := c.look()
	if look == c.seen {
		return c.pair
	}
	c.seen = look
	pair, err := c.read()
	if err != nil {
		c.log.Error("certificate: the new files are not used, the old certificate stays", "error", err, "expires", c.pair.Leaf.NotAfter)
		return c.pair
	}
	c.pair = pair
	c.log.Info("certificate: new one in use", "expires", pair.Leaf.NotAfter, "names", strings.Join(pair.Leaf.DNSNames, " "))
	return c.pair
}

// look tells whether the files are those read last.
func (c *Certificate) look() string {
	var out strings.Builder
	for _, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintln(&out, info.Size(), info.ModTime().UnixNano())
		}
	}
	return out.String()
}

func (c *Certificate) read() (*tls.Certificate, error) {
	cert, err := os.ReadFile(c.certFile)
	if err != nil {
		return nil, fmt.Errorf("no se puede leer el certificado: %w", err)
	}
	key, err := os.ReadFile(c.keyFile)
	if err != nil {
		return nil, fmt.Errorf("no se puede leer la clave del certificado: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, c.explain(err)
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, c.explain(err)
		}
	}
	return &pair, c.acceptable(pair.Leaf)
}

// explain says in Spanish what crypto/tls found wrong with the two files.
func (c *Certificate) explain(err error) error {
	switch said := err.Error(); {
	case strings.Contains(said, "private key does not match"):
		return fmt.Errorf("la clave %s no es la del certificado %s; use el par que se emitió junto", c.keyFile, c.certFile)
	case strings.Contains(said, "certificate input"), strings.Contains(said, "x509"):
		return fmt.Errorf("%s no es un certificado en formato PEM (empieza con -----BEGIN CERTIFICATE-----): %w", c.certFile, err)
	case strings.Contains(said, "key input"), strings.Contains(said, "private key"):
		return fmt.Errorf("%s no es una clave sin contraseña en formato PEM (empieza con -----BEGIN PRIVATE KEY-----): %w", c.keyFile, err)
	}
	return fmt.Errorf("el certificado %s y su clave %s no sirven: %w", c.certFile, c.keyFile, err)
}

func (c *Certificate) acceptable(leaf *x509.Certificate) error {
	now := c.now()
	if now.After(leaf.NotAfter) {
		return fmt.Errorf("el certificado %s venció el %s; pida uno nuevo y reemplace los dos archivos", c.certFile, leaf.NotAfter.Format("2006-01-02 15:04 UTC"))
	}
	if now.Before(leaf.NotBefore) {
		return fmt.Errorf("el certificado %s recién vale desde el %s; revise también el reloj de este equipo", c.certFile, leaf.NotBefore.Format("2006-01-02 15:04 UTC"))
	}
	covered := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		covered = append(covered, ip.String())
	}
	if len(covered) == 0 {
		return fmt.Errorf("el certificado %s no nombra ningún equipo (subjectAltName); los navegadores ya no aceptan el nombre común solo", c.certFile)
	}
	var missing []error
	for _, name := range c.names {
		if leaf.VerifyHostname(name) != nil {
			missing = append(missing, fmt.Errorf("el certificado %s no vale para %s, sino para: %s", c.certFile, name, strings.Join(covered, ", ")))
		}
	}
	return errors.Join(missing...)
}
