package visit

import (
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
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

// place wants both coordinates inside Peru, or none and a reason; from visit/3 on
// a doubtful position has a reason too.
func place(f *r.Reading, ctx r.Context) {
	if f.Bad("lat_e6", "lon_e6", "location_reason") {
		return
	}
	lat, hasLat := f.Clean["lat_e6"].(int64)
	lon, hasLon := f.Clean["lon_e6"].(int64)
	_, told := f.Clean["location_reason"]
	if hasLat != hasLon {
		missing := "lat_e6"
		if hasLat {
			missing = "lon_e6"
		}
		f.Refuse(fault.New(fault.Required, missing))
		return
	}
	p := Position{LatE6: lat, LonE6: lon}
	p.AccuracyM, _ = f.Clean["accuracy_m"].(int64)
	if fix, ok := f.Clean["fix"].(map[string]any); ok {
		p.AgeS, _ = fix["age_s"].(int64)
		p.Mocked, _ = fix["mocked"].(bool)
	}
	switch verdict := p.Judge(); {
	case verdict == PlaceNone:
		delete(f.Clean, "lat_e6")
		delete(f.Clean, "lon_e6")
		if !told {
			f.Refuse(fault.New(fault.PlaceReasonRequired, "location_reason"))
		}
	case verdict == PlaceOutside && (lat == 0 || !within(lat, minLat, maxLat)):
		f.Refuse(fault.New(fault.PlaceOutsidePeru, "lat_e6"))
	case verdict == PlaceOutside:
		f.Refuse(fault.New(fault.PlaceOutsidePeru, "lon_e6"))
	case verdict != PlaceTaken && !told && ctx.Version() >= doubtsFrom:
		f.Refuse(fault.New(fault.PlaceReasonRequired, "location_reason"))
	}
}

// fixParts are what a sensor says of a position besides where it is: whole
// numbers with their bounds. taken_at and mocked are read apart.
var fixParts = map[string]r.Check{
	"age_s": r.Any, "altitude_m": r.Between(-1_000, 10_000), "altitude_accuracy_m": r.Between(0, 1_000_000),
	"heading_deg": r.Between(0, 360), "speed_cms": r.Between(0, 100_000), "taken_at": r.Moment,
}

// isFix says whether a sensor says that of a position.
func isFix(key string, v any) bool {
	if key == "mocked" {
		_, ok := v.(bool)
		return ok
	}
	part, known := fixParts[key]
	return known && part.Judge(key, v, "") == nil
}
