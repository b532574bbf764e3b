package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
)

// meters are what is counted as it happens.
type meters struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	sent      *prometheus.CounterVec
	mutations *prometheus.CounterVec
	pushes    *prometheus.CounterVec
	pages     *prometheus.CounterVec
	rows      *prometheus.CounterVec
	pageBytes prometheus.Counter
	pokes     prometheus.Counter
	dropped   prometheus.Counter
	rewinds   prometheus.Counter
	drains    prometheus.Histogram
	drained   prometheus.Counter
	gates     atomic.Pointer[app.Admission]
}

func newMeters() *meters {
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "chaski", Name: name, Help: help}, labels)
	}
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: counters("http_requests_total", "Requests, by route as the router writes it.", "method", "route", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "chaski", Name: "http_request_seconds", Help: "How long requests took.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"route"}),
		sent:      counters("http_response_bytes_total", "Bytes of answers, compressed as sent.", "route"),
		mutations: counters("mutations_total", "Mutations by outcome; the same sent again is not counted again.", "outcome"),
		pushes:    counters("pushes_total", "Pushes stored, and those of which nothing was.", "result"),
		pages:     counters("pull_pages_total", "Pages of pulls: of a device that starts over (reset), goes on (more), or is up to date (last).", "kind"),
		rows:      counters("pull_rows_total", "Rows sent to devices.", "kind"),
		pageBytes: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "chaski", Name: "pull_row_bytes_total", Help: "Bytes of rows sent to devices, before compression."}),
		pokes:     prometheus.NewCounter(prometheus.CounterOpts{Namespace: "chaski", Name: "pokes_total", Help: "Hints sent to listening devices."}),
		dropped:   prometheus.NewCounter(prometheus.CounterOpts{Namespace: "chaski", Name: "listeners_dropped_total", Help: "Listening devices that did not read their hints."}),
		rewinds:   prometheus.NewCounter(prometheus.CounterOpts{Namespace: "chaski", Name: "rewinds_total", Help: "Commits that devices know and this server has lost: it was restored or lost power."}),
		drains: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "chaski", Name: "drain_seconds", Help: "How long the drain of one transaction took.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30},
		}),
		drained: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "chaski", Name: "drained_rows_total", Help: "Rows drained."}),
	}
	m.registry.MustRegister(gateStates{m}, m.requests, m.seconds, m.sent, m.mutations, m.pushes, m.pages, m.rows, m.pageBytes, m.pokes, m.dropped, m.rewinds, m.drains, m.drained,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range []string{app.Applied, app.Rejected, app.Parked} {
		m.mutations.WithLabelValues(outcome) // there from the beginning, at zero
	}
	return m
}

func (m *meters) count(r request) {
	m.requests.WithLabelValues(r.method, r.route, strconv.Itoa(r.status)).Inc()
	m.seconds.WithLabelValues(r.route).Observe(r.took.Seconds())
	m.sent.WithLabelValues(r.route).Add(float64(r.bytes))
}

// Poked counts a hint that went out.
func (m *meters) Poked() { m.pokes.Inc() }

// Dropped counts a listener that did not read.
func (m *meters) Dropped() { m.dropped.Inc() }

// Rewound counts marks of a lost future that a device came with.
func (m *meters) Rewound(marks int) { m.rewinds.Add(float64(marks)) }

// Drained notes one drain of the ledger.
func (m *meters) Drained(rows int, took time.Duration) {
	m.drains.Observe(took.Seconds())
	m.drained.Add(float64(rows))
}

// Metrics serves everything in Prometheus' format.
func (m *meters) Metrics() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Gates watches how first syncs and other pulls are let in. A second server in
// this process takes the place of the first.
func (m *meters) Gates(a app.Admission) {
	m.gates.Store(&a)
}

// gateStates reads the gates when somebody asks.
type gateStates struct{ m *meters }

var (
	gateSlots   = prometheus.NewDesc("chaski_pull_slots", "Pulls let in at a time.", []string{"kind"}, nil)
	gateInside  = prometheus.NewDesc("chaski_pulls_running", "Pulls under way.", []string{"kind"}, nil)
	gateWaiting = prometheus.NewDesc("chaski_pulls_waiting", "Pulls in the queue.", []string{"kind"}, nil)
	gateRefused = prometheus.NewDesc("chaski_pulls_refused_total", "Pulls told to come back later (503).", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (g gateStates) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{gateSlots, gateInside, gateWaiting, gateRefused} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (g gateStates) Collect(out chan<- prometheus.Metric) {
	a := g.m.gates.Load()
	if a == nil {
		return
	}
	for kind, gate := range map[string]*app.Gate{"first": a.First, "delta": a.Delta} {
		s := gate.State()
		out <- prometheus.MustNewConstMetric(gateSlots, prometheus.GaugeValue, float64(s.Slots), kind)
		out <- prometheus.MustNewConstMetric(gateInside, prometheus.GaugeValue, float64(s.Inside), kind)
		out <- prometheus.MustNewConstMetric(gateWaiting, prometheus.GaugeValue, float64(s.Waiting), kind)
		out <- prometheus.MustNewConstMetric(gateRefused, prometheus.CounterValue, float64(s.Refused), kind)
	}
}

// Replica counts the pulls of an app.Replica.
func (m *meters) Replica(r app.Replica) app.Replica { return &countedReplica{r, m} }

type countedReplica struct {
	app.Replica
	m *meters
}

// Pull implements app.Replica.
func (r *countedReplica) Pull(a actor.Actor, q app.PullQuery) (app.Page, error) {
	page, err := r.Replica.Pull(a, q)
	if err != nil {
		return page, err
	}
	switch {
	case page.Reset:
		r.m.pages.WithLabelValues("reset").Inc()
	case page.Complete:
		r.m.pages.WithLabelValues("last").Inc()
	default:
		r.m.pages.WithLabelValues("more").Inc()
	}
	bytes := 0
	for _, put := range page.Puts {
		bytes += len(put.Data)
	}
	r.m.rows.WithLabelValues("put").Add(float64(len(page.Puts)))
	r.m.rows.WithLabelValues("remove").Add(float64(len(page.Removes)))
	r.m.pageBytes.Add(float64(bytes))
	return page, nil
}

// Commits counts the pushes to an app.Commits, by what was committed.
func (m *meters) Commits(c app.Commits) app.Commits { return &countedCommits{c, m} }

type countedCommits struct {
	app.Commits
	m *meters
}

// Push implements app.Commits.
func (c *countedCommits) Push(ctx context.Context, fn func(app.Outbound) error) (int64, error) {
	var stored []app.Decision
	durable, err := c.Commits.Push(ctx, func(o app.Outbound) error {
		stored = nil // the transaction may be tried again
		return fn(&countedOutbound{o, &stored})
	})
	if err != nil {
		c.m.pushes.WithLabelValues("failed").Inc()
		return 0, err
	}
	c.m.pushes.WithLabelValues("stored").Inc()
	for _, d := range stored {
		c.m.mutations.WithLabelValues(d.Outcome.Status).Inc()
	}
	return durable, nil
}

type countedOutbound struct {
	app.Outbound
	stored *[]app.Decision
}

// Finish implements app.Outbound.
func (o *countedOutbound) Finish(user, device string, decisions []app.Decision) {
	*o.stored = decisions
	o.Outbound.Finish(user, device, decisions)
}
