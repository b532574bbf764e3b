package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chaski/internal/antivirus"
	usecase "chaski/internal/app"
	"chaski/internal/edge"
	"chaski/internal/ops"
	"chaski/internal/streams"
	"chaski/internal/telemetry"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	http, https string
	origins     []string
	cert, key   string
	proxies     []string
	backups     *backupPlan
	minFreeMB   int64
	uploadsMB   struct{ person, total, documents int64 }
	streams     struct{ account, address int }
	pushMB      int64
	sights      usecase.SightLimits
	metrics     string
	clamd       string
	logFormat   string
	logLevel    string
	expires     func() time.Time // of a certificate of one's own
	version     string
	out         io.Writer // for people
}

const serveHelp = `Atiende la aplicación y el panel. Sin opciones, solo en esta computadora: http://127.0.0.1:8090.

Los teléfonos solo trabajan sin señal si la dirección es HTTPS. Hay tres maneras:
  chaski serve chaski.ejemplo.pe                      nombre público: el certificado se obtiene y renueva solo
  chaski serve --https 0.0.0.0:443 --tls-cert c.pem --tls-key k.pem
                                                      red de oficina: certificado propio; se vuelve a leer cuando cambia
  chaski serve --trusted-proxy 10.0.0.5               detrás de un proxy que pone el HTTPS

Cada opción se puede dar también en el entorno: --tls-cert es CHASKI_TLS_CERT.
Vea docs/operations.md.`

// Serve starts the server. It keeps the data directory to itself and makes
// PocketBase's backups ours.
func Serve(app core.App, version string) *cobra.Command {
	o := serveOptions{backups: newBackupPlan(app), version: version}
	c := &cobra.Command{
		Use:   "serve [nombre público...]",
		Short: "Atiende la aplicación (en http://127.0.0.1:8090 si no se dice otra cosa)",
		Long:  serveHelp, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			o.out = cmd.ErrOrStderr()
			err := o.serve(app, args)
			if errors.Is(err, http.ErrServerClosed) {
				return nil
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&o.http, "http", "", "dirección HTTP; con HTTPS, la que redirige a él")
	f.StringVar(&o.https, "https", "", "dirección HTTPS")
	f.StringSliceVar(&o.origins, "origins", []string{sameOrigin}, "otros sitios cuyas páginas pueden llamar a la API (CORS); por defecto ninguno")
	f.StringVar(&o.cert, "tls-cert", "", "certificado propio en PEM, con su cadena")
	f.StringVar(&o.key, "tls-key", "", "clave del certificado propio en PEM")
	f.StringSliceVar(&o.proxies, "trusted-proxy", nil, "direcciones o rangos de los proxies a los que se les cree de dónde viene cada pedido")
	f.StringVar(&o.backups.schedule, "backup-schedule", o.backups.schedule, "cuándo copiar: cron en UTC (por defecto, 01:30 en Lima); «off» nunca")
	f.StringVar(&o.backups.to, "backup-to", "", "carpeta de las copias programadas (por defecto, backups dentro de --dir; mejor otro disco)")
	f.IntVar(&o.backups.keep, "backup-keep", o.backups.keep, "cuántas copias programadas conservar; 0 todas")
	f.StringVar(&o.backups.check, "backup-check", o.backups.check, "full o quick: vea chaski backup --help")
	f.Int64Var(&o.minFreeMB, "min-free", ops.MinFree>>20, "MB libres en el disco por debajo de los cuales el servidor no se da por listo y no recibe archivos")
	limits := usecase.DefaultUploadLimits
	f.Int64Var(&o.uploadsMB.person, "uploads-person", limits.Person>>20, "MB de archivos a medio subir que puede tener una persona; 0 sin límite")
	f.Int64Var(&o.uploadsMB.total, "uploads-total", limits.Total>>20, "MB de archivos a medio subir entre todas las personas; 0 sin límite")
	f.Int64Var(&o.uploadsMB.documents, "documents-rendicion", limits.Documents>>20, "MB de documentos de una rendición, con los retirados y reemplazados; 0 sin límite")
	f.IntVar(&o.streams.account, "streams-account", streams.PerAccount, "conexiones de actualización en vivo que una cuenta puede tener abiertas a la vez; 0 sin límite")
	f.IntVar(&o.streams.address, "streams-address", streams.PerAddress, "las mismas, desde una dirección (toda una oficina puede compartir una); 0 sin límite")
	f.Int64Var(&o.pushMB, "push-day", usecase.PushBytesADay>>20, "MB de registros que se reciben de una cuenta en un día; lo demás espera en el teléfono; 0 sin límite")
	f.Int64Var(&o.sights.Reveals, "reveals-day", usecase.DefaultSightLimits.Reveals, "datos completos de personas que una cuenta puede mostrar en un día; 0 sin límite")
	f.Int64Var(&o.sights.Reads, "reads-day", usecase.DefaultSightLimits.Reads, "páginas distintas con datos de personas que una cuenta puede abrir en un día; 0 sin límite")
	f.StringVar(&o.metrics, "metrics", "", "dirección aparte para Prometheus, como 127.0.0.1:9100; por defecto ninguna")
	f.StringVar(&o.clamd, "clamd", "auto", "antivirus ClamAV para los documentos: ruta del socket de clamd, auto (/run/clamav/clamd.ctl si existe) u off")
	f.StringVar(&o.logFormat, "log-format", "text", "registro en la salida de errores: text, json o none")
	f.StringVar(&o.logLevel, "log-level", "warn", "desde qué nivel: debug, info (cada pedido), warn o error")
	return c
}

// sameOrigin is no origin a browser sends: no page of another site may call.
const sameOrigin = "same-origin"

// fromEnvironment fills flags that were not given from CHASKI_<FLAG>.
func fromEnvironment(flags *pflag.FlagSet) error {
	var problems error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "CHASKI_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value, given := os.LookupEnv(name); given && !f.Changed && value != "" {
			if err := flags.Set(f.Name, value); err != nil {
				problems = errors.Join(problems, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return problems
}

// addresses decides where to listen, as PocketBase does, and for a certificate
// of one's own alike.
func (o *serveOptions) addresses(domains []string) {
	if o.cert != "" && o.https == "" {
		o.https = "0.0.0.0:443"
	}
	switch {
	case len(domains) > 0 && o.cert == "":
		o.http, o.https = cmp.Or(o.http, "0.0.0.0:80"), cmp.Or(o.https, "0.0.0.0:443")
	case o.https == "":
		o.http = cmp.Or(o.http, "127.0.0.1:8090")
	case o.cert != "" && strings.HasSuffix(o.https, ":443"):
		o.http = cmp.Or(o.http, strings.TrimSuffix(o.https, "443")+"80")
	}
}

func (o *serveOptions) serve(app core.App, domains []string) error {
	if (o.cert == "") != (o.key == "") {
		return errors.New("--tls-cert y --tls-key van juntos: el certificado y su clave")
	}
	proxies, err := edge.ParseProxies(o.proxies)
	if err != nil {
		return err
	}
	o.backups.minFree = o.minFreeMB
	backUp := o.backups.run
	if health, ok := app.Store().Get(ops.HealthKey).(*ops.Health); ok {
		health.SetVersion(o.version)
		health.SetMinFree(o.minFreeMB << 20)
		health.SetUploads(usecase.UploadLimits{Person: o.uploadsMB.person << 20, Total: o.uploadsMB.total << 20, Documents: o.uploadsMB.documents << 20})
		backUp = health.Backups(o.backups.schedule, backUp)
	}
	if open := streams.Of(app); open != nil {
		open.PerAccount, open.PerAddress = o.streams.account, o.streams.address
	}
	app.Store().Set(usecase.SightLimitsKey, o.sights)
	if quota, ok := app.Store().Get(usecase.PushQuotaKey).(*usecase.PushQuota); ok {
		quota.Bytes = o.pushMB << 20
	}
	if err := errors.Join(knownCheck(o.backups.check), ops.ScheduleBackups(app, o.backups.schedule, backUp)); err != nil {
		return err
	}
	if err := o.log(app); err != nil {
		return err
	}
	app.Store().Set(antivirus.Key, antivirus.Find(o.clamd))
	ops.Exclusive(app)
	ops.Backups(app, backUp)
	o.addresses(domains)
	edge.Bind(app, proxies)
	config := apis.ServeConfig{HttpAddr: o.http, HttpsAddr: o.https, AllowedOrigins: o.origins, CertificateDomains: domains}
	if o.cert != "" {
		if err := o.ownCertificate(app, domains); err != nil {
			return err
		}
	} else if o.https != "" && o.http != "" {
		o.obtained(app)
	}
	if o.https != "" {
		config.HttpAddr = "" // PocketBase's redirect has no headers, no limits of time, and no error
	}
	if err := o.serveMetrics(app); err != nil {
		return err
	}
	app.Store().Set(baseURL, o.url(domains))
	o.warn(len(proxies) > 0)
	return apis.Serve(app, config)
}

// ownCertificate serves HTTPS with the institution's own files, and a redirect
// from plain HTTP if there is an address for it.
func (o *serveOptions) ownCertificate(app core.App, domains []string) error {
	host, port, err := net.SplitHostPort(o.https)
	if err != nil {
		return fmt.Errorf("--https %s: escriba dirección y puerto, como 0.0.0.0:443", o.https)
	}
	names := domains
	if ip := net.ParseIP(host); len(names) == 0 && host != "" && (ip == nil || !ip.IsUnspecified()) {
		names = []string{host}
	}
	cert, err := edge.LoadCertificate(o.cert, o.key, names, app.Logger())
	if err != nil {
		return err
	}
	o.sayf("Certificado propio: vale para %s, hasta el %s.\n", strings.Join(cert.Names(), ", "), cert.Expires().Format("2006-01-02"))
	if time.Until(cert.Expires()) < 30*24*time.Hour {
		o.sayf("AVISO: el certificado vence en menos de 30 días; al reemplazar los archivos se toma el nuevo sin reiniciar.\n")
	}
	o.expires = cert.Expires
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Server.TLSConfig = cert.Config()
		if o.http == "" {
			return e.Next()
		}
		return serveBeside(e, o.http, edge.Headers(app, edge.Redirect(port)))
	})
	return nil
}

// obtained serves plain HTTP beside certificates that PocketBase obtains: for the
// authority, and a redirect for everybody else. Without it they are still
// obtained over HTTPS.
func (o *serveOptions) obtained(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		stop, err := listen(o.http, edge.Headers(app, e.CertManager.HTTPHandler(nil)))
		if err != nil {
			o.sayf("AVISO: nadie redirige a HTTPS desde %s: %v\n", o.http, err)
			return e.Next()
		}
		return stopping(e, stop)
	})
}

// serveBeside serves a handler on an address of its own as long as the app.
func serveBeside(e *core.ServeEvent, address string, h http.Handler) error {
	stop, err := listen(address, h)
	if err != nil {
		return err
	}
	return stopping(e, stop)
}

// stopping goes on serving, and stops what stands beside when the app ends.
func stopping(e *core.ServeEvent, stop func()) error {
	e.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	return e.Next()
}

// serveMetrics gives Prometheus an address that no phone reaches.
func (o *serveOptions) serveMetrics(app core.App) error {
	if o.metrics == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(o.metrics)
	if err != nil {
		return fmt.Errorf("--metrics %s: escriba dirección y puerto, como 127.0.0.1:9100", o.metrics)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		o.sayf("AVISO: las métricas en %s las lee cualquiera que llegue a esa dirección; ciérrela con el cortafuegos.\n", o.metrics)
	}
	t := telemetry.Of(app)
	if err := t.Watch(app, o.version, time.Now, o.expires); err != nil {
		return err
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error { return serveBeside(e, o.metrics, t.Metrics()) })
	return nil
}

// log decides what of the log goes to the output, besides the dashboard.
func (o *serveOptions) log(app core.App) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level %s no existe: use debug, info, warn o error", o.logLevel)
	}
	switch o.logFormat {
	case "none":
	case "text", "json":
		telemetry.Of(app).Output(o.out, o.logFormat == "json", level)
	default:
		return fmt.Errorf("--log-format %s no existe: use text, json o none", o.logFormat)
	}
	return nil
}

// listen serves a handler on an address of its own.
func listen(address string, h http.Handler) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}, nil
}

// baseURL is where Tour finds the address to print.
const baseURL = "chaskiBaseURL"

func (o *serveOptions) url(domains []string) string {
	scheme, address := "http://", o.http
	if o.https != "" {
		scheme, address = "https://", o.https
	}
	if len(domains) > 0 {
		_, port, _ := net.SplitHostPort(address)
		address = net.JoinHostPort(domains[0], port)
	}
	return scheme + strings.TrimSuffix(address, ":443")
}

// warn tells what phones will not do over plain HTTP.
func (o *serveOptions) warn(behindProxy bool) {
	host, _, err := net.SplitHostPort(o.http)
	ip := net.ParseIP(host)
	if o.https != "" || behindProxy || err != nil || host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	o.sayf("AVISO: %s es HTTP sin cifrar. Los teléfonos no podrán instalar la aplicación ni trabajar sin señal, y las\n"+
		"contraseñas viajan a la vista. Use un certificado (--tls-cert, --tls-key), un nombre público o un proxy con HTTPS:\n"+
		"chaski serve --help\n", o.http)
}

func (o *serveOptions) sayf(format string, args ...any) { _, _ = fmt.Fprintf(o.out, format, args...) }
