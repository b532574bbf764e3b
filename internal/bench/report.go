package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything a run found.
type report struct {
	Date         string            `json:"date"`
	Commit       string            `json:"commit"`
	Go           string            `json:"go"`
	Machine      map[string]string `json:"machine"`
	Base         string            `json:"base"`
	Rows         int               `json:"rows_in_database"`
	LoadBefore   string            `json:"load_before"`
	LoadAfter    string            `json:"load_after"`
	Took         string            `json:"took"`
	Devices      []spec            `json:"devices"`
	Measurements []measurement     `json:"measurements"`
	Ratios       []ratio           `json:"ratios"`
	Budgets      []budget          `json:"budgets"`

	began time.Time
}

// ratio compares a contender with Chaski: how many times Chaski's cost it has.
type ratio struct {
	Device    string  `json:"device"`
	What      string  `json:"what"`
	Contender string  `json:"contender"`
	Wall      float64 `json:"wall"`
	CPU       float64 `json:"server_cpu"`
	Down      float64 `json:"bytes_down"`
	Up        float64 `json:"bytes_up"`
}

func newReport(h *harness) *report {
	r := &report{
		Date: time.Now().UTC().Format(time.RFC3339), Go: runtime.Version(), Machine: machine(), Base: h.base,
		LoadBefore: loadAverage(), began: time.Now(), Rows: h.measured().Rows,
	}
	r.Machine["system"], r.Machine["cores"] = runtime.GOOS+"/"+runtime.GOARCH, fmt.Sprint(runtime.NumCPU())
	if out, err := exec.CommandContext(h.ctx, "git", "-C", h.root, "describe", "--always", "--dirty").Output(); err == nil {
		r.Commit = strings.TrimSpace(string(out))
	}
	if busy(r.LoadBefore) {
		h.say("The machine is not quiet: load %s. The numbers will say so.", r.LoadBefore)
	}
	return r
}

// busy: something else is running already, before anything was measured.
func busy(load string) bool {
	var l float64
	_, err := fmt.Sscan(load, &l)
	return err == nil && l > 0.3*float64(runtime.NumCPU())
}

// contenders in the order of the tables.
var contenders = []string{ours, oursGzip, oursHTTP2, oursPack, oursSmall, pbPlain, pbGzip, rawZstd, rawGzip}

// arrange brings the measurements of one thing together, ours first.
func (r *report) arrange() {
	place := map[[2]string]int{}
	for _, m := range r.Measurements {
		if k := [2]string{m.Device, m.What}; place[k] == 0 {
			place[k] = len(place) + 1
		}
	}
	slices.SortStableFunc(r.Measurements, func(a, b measurement) int {
		return cmp.Or(cmp.Compare(place[[2]string{a.Device, a.What}], place[[2]string{b.Device, b.What}]),
			cmp.Compare(slices.Index(contenders, a.Contender), slices.Index(contenders, b.Contender)))
	})
}

func (r *report) finish(h *harness) {
	r.arrange()
	r.LoadAfter, r.Took = loadAverage(), time.Since(r.began).Round(time.Second).String()
	for _, name := range h.devices {
		if s, err := loadSpec(name); err == nil {
			r.Devices = append(r.Devices, s)
		}
	}
	for _, m := range r.Measurements {
		base := r.find(m.Device, m.What, ours)
		if base == nil || m.Contender == ours {
			continue
		}
		r.Ratios = append(r.Ratios, ratio{
			m.Device, m.What, m.Contender, over(m.WallMs.Median, base.WallMs.Median), over(m.CPUMs.Median, base.CPUMs.Median),
			over(float64(m.Down.Median), float64(base.Down.Median)), over(float64(m.Up.Median), float64(base.Up.Median)),
		})
	}
	r.Budgets = budgets(r)
}

func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func (r *report) find(device, what, contender string) *measurement {
	for n := range r.Measurements {
		if m := &r.Measurements[n]; m.Device == device && m.What == what && m.Contender == contender {
			return m
		}
	}
	return nil
}

func (r *report) ratio(m measurement) *ratio {
	for n := range r.Ratios {
		if x := &r.Ratios[n]; x.Device == m.Device && x.What == m.What && x.Contender == m.Contender {
			return x
		}
	}
	return nil
}

func (r *report) save(path string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644) //nolint:gosec // results are for everybody
}

func (r *report) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("\nChaski %s, %s, %s\n", r.Commit, r.Go, r.Date)
	p("Machine: %s cores, %s, %s, %s. Load before %s, after %s. Took %s.\n", r.Machine["cores"], r.Machine["cpu"], r.Machine["ram"],
		r.Machine["system"], r.LoadBefore, r.LoadAfter, r.Took)
	if busy(r.LoadBefore) {
		p("NOT A QUIET MACHINE: times are inflated; ratios within this run and bytes still tell.\n")
	}
	p("Database: %s, %d rows in it.\n", r.Base, r.Rows)
	for _, s := range r.Devices {
		p("Device %s: %s; %d rows, %.2f MB of JSON, and the catalogue.\n", s.Name, s.What, s.Rows, float64(s.Bytes)/1e6)
	}
	p("Median (least–most) of the runs. ×: how many times Chaski's cost.\n")
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	device, what := "", ""
	for _, m := range r.Measurements {
		if m.Device != device || m.What != what {
			if device, what = m.Device, m.What; true {
				_, _ = fmt.Fprintf(t, "\n%s: %s\twall ms\t×\tserver CPU ms\t×\tdown\t×\tup\trequests\tRSS peak\trows\n", device, what)
			}
		}
		wall, cpu, down := "", "", ""
		if x := r.ratio(m); x != nil {
			wall, cpu, down = times(x.Wall), times(x.CPU), times(x.Down)
		}
		_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%.0f MB\t%d\t%s\n", m.Contender, millis(m.WallMs), wall, millis(m.CPUMs), cpu,
			size(m.Down.Median), down, size(m.Up.Median), m.Requests.Median, float64(m.Peak.Median)/1e6, m.Rows, m.Note)
	}
	_, _ = fmt.Fprintf(t, "\nBudget\ttarget\tmeasured\t\n")
	for _, b := range r.Budgets {
		_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", b.What, b.Target, b.Measured, b.verdict())
	}
	_ = t.Flush()
}

func times(x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", x)
}

func millis(s spread[float64]) string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", s.Median, s.Min, s.Max)
}

func size(n int64) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%.2f MB", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
