package main

import (
	"fmt"
	"slices"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
	"chaski/internal/records"
)

// statesHead is the first line of both files.
const statesHead = "Generated from the tables of states: go generate ./internal/records. Do not edit."

// statesTS is what the web app knows of states. Moves that no screen offers are
// left out: what arrives by import, from the administration panel, or by itself.
func statesTS() string {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n", statesHead)
	for _, m := range records.Machines {
		if kind := records.Find(m.Name); kind != nil && !kind.Served {
			continue
		}
		fmt.Fprintf(&b, "\nexport const %s = {\n  states: %s,\n", constName(m.Name), list(m.Names()))
		b.WriteString("  turns: {")
		for _, s := range m.States {
			if s.Turn != "" {
				fmt.Fprintf(&b, " %s: '%s',", s.Name, s.Turn)
			}
		}
		b.WriteString(" },\n  groups: {\n")
		for _, g := range m.Groups() {
			fmt.Fprintf(&b, "    %s: %s,\n", g, list(m.In(g)))
		}
		b.WriteString("  },\n  moves: [\n")
		for _, x := range m.Moves {
			if !slices.Contains([]string{states.Panel, states.Server, string(actor.ImportData)}, x.By) {
				fmt.Fprintf(&b, "    { act: '%s', from: '%s', to: '%s', by: '%s', reason: %v },\n", x.Act, x.From, x.To, x.By, x.Reason)
			}
		}
		b.WriteString("  ],\n} as const\n")
	}
	return b.String()
}

func list(words []string) string { return "['" + strings.Join(words, "', '") + "']" }

// constName is a collection's name as TypeScript writes names.
func constName(name string) string {
	parts := strings.Split(name, "_")
	for i := range parts[1:] {
		parts[i+1] = strings.ToUpper(parts[i+1][:1]) + parts[i+1][1:]
	}
	return strings.Join(parts, "")
}

const statesIntro = `# States

<!-- %s -->

What may be in which state, and who moves it. The tables stand beside the rules of their subjects (` + "`internal/domain/*/states.go`" + `); the rules, the declarations of records, the database's choices, the API's and the web app's lists follow from them or agree with them by test, and a search of each finds states that nothing leads to and dead ends.

_By_ is a right ([rights.go](../internal/domain/actor/rights.go)), with what it is bound to (his unit, his entity, the works assigned to him); ` + "`panel`" + ` is who keeps the data in the administration panel, ` + "`server`" + ` what follows by itself. Imports, corrections and the panel bring what the programme's papers say, in whatever order: they are refused for no move.

`

// statesPage is docs/states.md.
func statesPage() string {
	var b strings.Builder
	fmt.Fprintf(&b, statesIntro, statesHead)
	for _, m := range records.Machines {
		fmt.Fprintf(&b, "## `%s`\n\n", m.Name)
		fmt.Fprintf(&b, "Begins as %s.\n\n", code(m.Initial, " or "))
		b.WriteString("| state | waits for | groups | moves: act → state, by |\n| --- | --- | --- | --- |\n")
		for _, s := range m.States {
			name := "`" + s.Name + "`"
			if s.End {
				name += " (end)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, s.Turn, s.Is, strings.Join(movesOf(m, s), "; "))
		}
		b.WriteString("\n")
		for _, s := range m.States {
			if s.Gap != "" {
				fmt.Fprintf(&b, "A dead end that is known, `%s`: %s\n\n", s.Name, s.Gap)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func movesOf(m *states.Machine, s states.State) (out []string) {
	for _, x := range m.Moves {
		if x.From != s.Name {
			continue
		}
		said := fmt.Sprintf("%s → `%s`, %s", x.Act, x.To, x.By)
		if x.Guard != "" {
			said += ", if " + x.Guard
		}
		if x.Reason {
			said += ", with a reason"
		}
		out = append(out, said)
	}
	return out
}

func code(words []string, between string) string {
	return "`" + strings.Join(words, "`"+between+"`") + "`"
}
