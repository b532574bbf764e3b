package telemetry

import (
	"log/slog"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/prometheus/client_golang/prometheus"

	"chaski/internal/ops"
	"chaski/internal/store"
)

// Watch adds what is read when somebody asks for the metrics: the databases'
// sizes, the disk, the newest backup, what waits, what devices report. expires
// is nil without a certificate of one's own.
func (t *Telemetry) Watch(app core.App, version string, now func() time.Time, expires func() time.Time) error {
	return t.registry.Register(&state{app, version, now, expires})
}

type state struct {
	app     core.App
	version string
	now     func() time.Time
	expires func() time.Time
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("chaski_"+name, help, labels, nil)
}

var (
	buildInfo     = gauge("build_info", "1, with the version.", "version")
	databaseBytes = gauge("database_bytes", "Size of the databases.")
	walBytes      = gauge("wal_bytes", "Size of their write-ahead logs.")
	diskFree      = gauge("disk_free_bytes", "What is left on the data's disk.")
	backlogRows   = gauge("backlog_rows", "Rows written past the application that wait to be taken into account (up to 100000).")
	backupAge     = gauge("backup_age_seconds", "Since the newest backup that can be restored; absent if the newest failed or there is none.")
	backupState   = gauge("backup_state", "1 for how the newest backup stands: none, ok, flawed, failed, old.", "state")
	backupBytes   = gauge("backup_bytes", "Size of the newest backup.")
	devices       = gauge("devices", "Devices in use.")
	reported      = gauge("device_reported_mutations", "What devices last reported: unsent (outbox), rejected, parked.", "kind")
	certificate   = gauge("certificate_expires_seconds", "Until the certificate expires.")
)

// Describe implements prometheus.Collector.
func (s *state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{buildInfo, databaseBytes, walBytes, diskFree, backlogRows, backupAge, backupState, backupBytes, devices, reported, certificate} {
		out <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read is left out.
func (s *state) Collect(out chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	set(buildInfo, 1, s.version)
	databases, wal := ops.Sizes(s.app.DataDir())
	set(databaseBytes, float64(databases))
	set(walBytes, float64(wal))
	if free, err := ops.DiskFree(s.app.DataDir()); err == nil && free >= 0 {
		set(diskFree, float64(free))
	}
	b := ops.BackupState(s.app.DataDir(), s.now())
	set(backupState, 1, b.State)
	if b.Error == "" && !b.At.IsZero() {
		set(backupAge, s.now().Sub(b.At.Time).Seconds())
		set(backupBytes, float64(b.Bytes))
	}
	if s.expires != nil {
		set(certificate, time.Until(s.expires()).Seconds())
	}
	if n, err := store.Backlog(s.app, 100_000); err != nil {
		s.app.Logger().Warn("metrics: backlog not read", slog.Any("error", err))
	} else {
		set(backlogRows, float64(n))
	}
	r, err := store.ReportedByDevices(s.app)
	if err != nil {
		s.app.Logger().Warn("metrics: devices not read", slog.Any("error", err))
		return
	}
	set(devices, float64(r.Devices))
	set(reported, float64(r.Outbox), "outbox")
	set(reported, float64(r.Rejected), "rejected")
	set(reported, float64(r.Parked), "parked")
}
