package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Health asks a running server how it is: exit status 0 if well.
func Health() *cobra.Command {
	var address string
	var ready bool
	c := &cobra.Command{
		Use:   "health",
		Short: "Pregunta al servidor si está vivo (--ready: si está listo); termina con 0 o 1",
		Long: `Pregunta a un servidor en marcha. Sin --url, al de esta computadora, en la dirección que digan
CHASKI_HTTPS o CHASKI_HTTP (por defecto http://127.0.0.1:8090). El certificado no se comprueba cuando
el servidor es esta misma computadora: se pregunta por el proceso, no por su nombre.`,
		Example: "  chaski health\n  chaski health --ready --url https://chaski.ejemplo.pe",
		Args:    cobra.NoArgs, SilenceUsage: true, Annotations: standalone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return askHealth(cmd.Context(), cmp.Or(address, localURL()), ready, cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&address, "url", "", "dirección del servidor")
	c.Flags().BoolVar(&ready, "ready", false, "pregunta si está listo para recibir trabajo, no solo vivo")
	return c
}

// localURL is where the server of this machine listens, by its environment.
func localURL() string {
	scheme, address := "http://", cmp.Or(os.Getenv("CHASKI_HTTP"), "127.0.0.1:8090")
	if https := os.Getenv("CHASKI_HTTPS"); https != "" {
		scheme, address = "https://", https
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

func askHealth(ctx context.Context, base string, ready bool, out io.Writer) error {
	target, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || target.Host == "" {
		return fmt.Errorf("--url %s no es una dirección; escriba http://127.0.0.1:8090", base)
	}
	target.Path += "/api/chaski/v1/health/live"
	if ready {
		target.Path = strings.TrimSuffix(target.Path, "live") + "ready"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	ip := net.ParseIP(target.Hostname())
	here := target.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: here, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("el servidor no responde: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	return judgeHealth(answer, out)
}

func judgeHealth(answer *http.Response, out io.Writer) error {
	var body struct {
		Live   bool            `json:"live"`
		Ready  bool            `json:"ready"`
		Checks map[string]bool `json:"checks"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&body); err != nil {
		return fmt.Errorf("en esa dirección no responde Chaski (estado %d)", answer.StatusCode)
	}
	switch {
	case body.Live, body.Ready:
		_, err := fmt.Fprintln(out, "bien")
		return err
	case body.Checks != nil:
		var failing []string
		for name, ok := range body.Checks {
			if !ok {
				failing = append(failing, name)
			}
		}
		return fmt.Errorf("el servidor no está listo: %s (qué hacer: docs/operations.md)", strings.Join(failing, ", "))
	}
	return errors.New("en esa dirección no responde Chaski")
}
