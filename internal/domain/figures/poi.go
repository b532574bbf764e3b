package figures

// opening is the position of the first version of an exercise, the PIA.
func opening(in Input) int64 {
	if len(in.Versions) == 0 {
		return 0
	}
	return in.Versions[0].Position
}

// serves says whether an AO was of the AEI in that version; an exercise that
// names no AEI has but one.
func (in Input) serves(v Version) bool { return in.AEI == "" || v.AEI == in.AEI }

// closing is the last word on each AO: of the last version that speaks of it.
func closing(in Input) map[string]Version {
	out := map[string]Version{}
	for _, v := range in.Versions {
		out[v.AO] = v
	}
	return out
}

// cuadro3 follows the notes of Cuadro 3, over the AO that serve the AEI:
//
//  1. at the opening: active and fully financed when the POI was made consistent
//     with the PIA. The versions keep the financed target, so: one above zero.
//  2. at the close: active, with an annual physical target above zero.
//  3. created while the POI was carried out, and active at the close.
//  4. there from the opening, active at the close, and a physical or financial
//     target changed on the way, even if a later version changed it back.
func cuadro3(in Input) *Cuadro3 {
	if len(in.Versions) == 0 {
		return nil
	}
	out, first := new(Cuadro3), opening(in)
	history := map[string][]Version{}
	for _, v := range in.Versions {
		history[v.AO] = append(history[v.AO], v)
	}
	for _, of := range history {
		start, last := of[0], of[len(of)-1]
		existed := start.Position == first
		if existed && in.serves(start) && start.Active && start.MoneyTarget > 0 {
			out.AtOpening++
		}
		if !in.serves(last) || !last.Active {
			continue
		}
		if last.PhysicalTarget > 0 {
			out.AtClose++
		}
		if !existed {
			out.Created++
		} else if changed(of) {
			out.Reprogrammed++
		}
	}
	return out
}

func changed(of []Version) bool {
	for i := 1; i < len(of); i++ {
		if of[i].PhysicalTarget != of[i-1].PhysicalTarget || of[i].MoneyTarget != of[i-1].MoneyTarget {
			return true
		}
	}
	return false
}
