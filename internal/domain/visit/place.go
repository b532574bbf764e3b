package visit

import (
	"chaski/internal/domain/fault"
)

// What a position may lack and still say where somebody was. Beyond either the
// person says why it is the best there was.
const (
	maxAccuracy = 100 // metres
	maxAge      = 60  // seconds, either way: a fix of the future is no fresh one
)

// A box around Peru in microdegrees: a place outside it is a slip or a lie.
const (
	minLat, maxLat = -18_400_000, 100_000
	minLon, maxLon = -81_400_000, -68_600_000
)

// Position is what a sensor said, doubts included. AccuracyM is the radius in
// metres within which it believes to be, 0 for not said; AgeS how old the fix
// was when it was taken, in seconds by the device's clock; Mocked what a
// platform says of a position that an application made up.
type Position struct {
	LatE6, LonE6, AccuracyM, AgeS int64
	Mocked                        bool
}

// PositionVerdict is what a position is good for.
type PositionVerdict string

// The verdicts. The phone has the same rule; both pass testdata/rules/place.json.
const (
	PlaceNone    PositionVerdict = "none"    // 0, 0: what a phone without a fix stores
	PlaceOutside PositionVerdict = "outside" // of Peru: never kept
	PlaceMocked  PositionVerdict = "mocked"  // kept, and said
	PlaceStale   PositionVerdict = "stale"
	PlaceCoarse  PositionVerdict = "coarse"
	PlaceTaken   PositionVerdict = "taken"
)

// Judge answers what the position is good for, the worst that holds.
func (p Position) Judge() PositionVerdict {
	switch {
	case p.LatE6 == 0 && p.LonE6 == 0:
		return PlaceNone
	case p.LatE6 == 0, !within(p.LatE6, minLat, maxLat), !within(p.LonE6, minLon, maxLon):
		return PlaceOutside
	case p.Mocked:
		return PlaceMocked
	case !within(p.AgeS, -maxAge, maxAge):
		return PlaceStale
	case p.AccuracyM <= 0 || p.AccuracyM > maxAccuracy:
		return PlaceCoarse
	}
	return PlaceTaken
}

func within(n, least, most int64) bool { return n >= least && n <= most }

// doubtsFrom is the version of the forms that ask why a doubtful position was
// the best there was.
const doubtsFrom = 3

// place wants both coordinates inside Peru, or none and a reason; from visit/3 on
// a doubtful position has a reason too.
func place(r *reading, ctx Context) {
	if r.bad["lat_e6"] || r.bad["lon_e6"] || r.bad["location_reason"] {
		return
	}
	lat, hasLat := r.clean["lat_e6"].(int64)
	lon, hasLon := r.clean["lon_e6"].(int64)
	_, told := r.clean["location_reason"]
	if hasLat != hasLon {
		missing := "lat_e6"
		if hasLat {
			missing = "lon_e6"
		}
		r.refuse(fault.New(fault.Required, missing))
		return
	}
	p := Position{LatE6: lat, LonE6: lon}
	p.AccuracyM, _ = r.clean["accuracy_m"].(int64)
	if fix, ok := r.clean["fix"].(map[string]any); ok {
		p.AgeS, _ = fix["age_s"].(int64)
		p.Mocked, _ = fix["mocked"].(bool)
	}
	switch verdict := p.Judge(); {
	case verdict == PlaceNone:
		delete(r.clean, "lat_e6")
		delete(r.clean, "lon_e6")
		if !told {
			r.refuse(fault.New(fault.PlaceReasonRequired, "location_reason"))
		}
	case verdict == PlaceOutside && (lat == 0 || !within(lat, minLat, maxLat)):
		r.refuse(fault.New(fault.PlaceOutsidePeru, "lat_e6"))
	case verdict == PlaceOutside:
		r.refuse(fault.New(fault.PlaceOutsidePeru, "lon_e6"))
	case verdict != PlaceTaken && !told && ctx.version() >= doubtsFrom:
		r.refuse(fault.New(fault.PlaceReasonRequired, "location_reason"))
	}
}

// fixParts are what a sensor says of a position besides where it is: whole
// numbers with their bounds. taken_at and mocked are read apart.
var fixParts = map[string][2]int64{
	"age_s":               {-maxExact, maxExact},
	"altitude_m":          {-1_000, 10_000},
	"altitude_accuracy_m": {0, 1_000_000},
	"heading_deg":         {0, 360},
	"speed_cms":           {0, 100_000},
}

// fix reads what the sensor said of itself; the fault names the part.
func fix() reader {
	return func(name string, v any) (any, *fault.Fault) {
		given, ok := v.(map[string]any)
		if !ok {
			return nil, fault.New(fault.InvalidValue, name)
		}
		clean := make(map[string]any, len(given))
		for _, key := range sortedKeys(given) {
			value := fixPart(key, given[key])
			if value == nil {
				return nil, fault.New(fault.InvalidValue, name).With("item", clip(key))
			}
			clean[key] = value
		}
		if len(clean) == 0 {
			return nil, nil
		}
		return clean, nil
	}
}

// fixPart is one part of a fix, nil if it is none.
func fixPart(key string, v any) any {
	switch key {
	case "mocked":
		if mocked, ok := v.(bool); ok {
			return mocked
		}
		return nil
	case "taken_at":
		if at, bad := instant()(key, v); bad == nil {
			return at
		}
		return nil
	}
	bounds, known := fixParts[key]
	if n, ok := whole(v); known && ok && within(n, bounds[0], bounds[1]) {
		return n
	}
	return nil
}

// isFix is the same for a record that came by any way.
func isFix(key string, v any) bool { return fixPart(key, v) != nil }
