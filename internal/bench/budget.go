package main

import (
	"fmt"
	"strings"
)

// budget is a target of this project and what this run says of it. Ratios are
// what counts; absolute times belong to the machine they were taken on.
type budget struct {
	What     string  `json:"what"`
	Target   string  `json:"target"`
	Measured string  `json:"measured"`
	Value    float64 `json:"value"`
	Limit    float64 `json:"limit"`
	AtLeast  bool    `json:"at_least,omitempty"` // the limit is a floor
	Met      bool    `json:"met"`
}

func (b budget) verdict() string {
	switch {
	case b.Met:
		return "met"
	case b.AtLeast:
		return fmt.Sprintf("NOT MET: %.2f of the target", b.Value/b.Limit)
	}
	return fmt.Sprintf("NOT MET: %.2f times the target", b.Value/b.Limit)
}

func budgets(r *report) []budget {
	var out []budget
	most := func(what, format string, limit, value float64) {
		out = append(out, budget{what, "≤ " + fmt.Sprintf(format, limit), fmt.Sprintf(format, value), value, limit, false, value <= limit})
	}
	least := func(what, format string, limit, value float64) {
		out = append(out, budget{what, "≥ " + fmt.Sprintf(format, limit), fmt.Sprintf(format, value), value, limit, true, value >= limit})
	}
	for _, s := range r.Devices {
		first, raw := r.find(s.Name, firstSync, ours), r.find(s.Name, firstSync, rawZstd)
		changed, none := r.find(s.Name, delta, ours), r.find(s.Name, nothing, ours)
		if first == nil || raw == nil || changed == nil || none == nil {
			continue
		}
		if s.Name == "heavy" {
			most("heavy: first sync on the wire", "%.2f MB", 0.70, float64(first.Down.Median)/1e6)
			most("heavy: first sync, server CPU", "%.3f s", 0.10, first.CPUMs.Median/1e3)
		}
		most(s.Name+": first sync, CPU over raw SELECT and the same compression", "%.2f ×", 2, over(first.CPUMs.Median, raw.CPUMs.Median))
		most(s.Name+": first sync, time over raw SELECT and the same compression", "%.2f ×", 2, over(first.WallMs.Median, raw.WallMs.Median))
		large, small := r.find(s.Name, firstSync+besideSmall, ours), r.find(s.Name, firstSync+besideSmall, oursSmall)
		if large != nil && small != nil {
			most(fmt.Sprintf("%s: first sync out of %d rows over a small database", s.Name, r.Rows), "%.2f ×", 1.1, over(large.WallMs.Median, small.WallMs.Median))
		}
		if changed.Rows == 100 {
			most(s.Name+": pull of 100 changes, requests", "%.0f", 1, float64(changed.Requests.Median))
			most(s.Name+": pull of 100 changes, down", "%.0f B", 10_000, float64(changed.Down.Median))
		}
		most(s.Name+": nothing changed, requests", "%.0f", 1, float64(none.Requests.Median))
		most(s.Name+": nothing changed, both ways", "%.0f B", 1_000, float64(none.Down.Median+none.Up.Median))
		if h2 := r.find(s.Name, nothing, oursHTTP2); h2 != nil {
			most(s.Name+": nothing changed, both ways over HTTP/2", "%.0f B", 1_000, float64(h2.Down.Median+h2.Up.Median))
		}
		most(s.Name+": nothing changed, server CPU", "%.2f ms", 2, none.CPUMs.Median)
		pushBudgets(r, s.Name, most, least)
	}
	pokeBudgets(r, most)
	crowdBudget(r, most)
	return out
}

type judge func(what, format string, limit, value float64)

func pushBudgets(r *report, device string, most, least judge) {
	push, pb, raw := r.find(device, pushMany, ours), r.find(device, pushMany, pbGzip), r.find(device, pushMany, rawGzip)
	if push == nil || pb == nil || raw == nil || push.Rows != 1000 {
		return
	}
	most(device+": push of 1,000 mutations", "%.0f ms", 120, push.WallMs.Median)
	least(device+": push, /api/batch over ours", "%.2f ×", 10, over(pb.WallMs.Median, push.WallMs.Median))
	most(device+": push over prepared inserts", "%.2f ×", 5, over(push.WallMs.Median, raw.WallMs.Median))
}

func crowdBudget(r *report, most judge) {
	for _, s := range r.Devices {
		many, one := r.find(s.Name, crowdSync, ours), r.find(s.Name, crowdSync, oursSmall)
		if many != nil && one != nil {
			most(s.Name+": first sync, many devices' data over one's", "%.2f ×", 1.1, over(many.WallMs.Median, one.WallMs.Median))
		}
	}
}

func pokeBudgets(r *report, most judge) {
	for _, m := range r.Measurements {
		if m.Contender != ours || !strings.HasPrefix(m.What, fanOut) || strings.HasSuffix(m.What, officeAck) {
			continue
		}
		if pb := r.find(m.Device, m.What, pbPlain); pb != nil {
			most(m.Device+", "+m.What+": last delivery over record realtime", "%.2f ×", 0.25, over(m.WallMs.Median, pb.WallMs.Median))
			most(m.Device+", "+m.What+": CPU over record realtime", "%.2f ×", 0.25, over(m.CPUMs.Median, pb.CPUMs.Median))
		}
	}
}
