package limit

import (
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// overlapRule is the name of the rule that gqlparser has as well.
const overlapRule = "OverlappingFieldsCanBeMerged"

// Rules are gqlparser's rules of validation, but for the one about fields that share a response key: gqlparser compares each with each.
func Rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.ReplaceRule(overlapRule, overlappingFieldsCanBeMerged)
	return all
}

// frugalRules are [Rules] that propose no other names: to find them takes a microsecond for each byte of the query.
func frugalRules() *rules.Rules {
	all := Rules()
	for with, without := range map[string]core.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.RemoveRule(with)
		all.AddRule(without.Name, without.RuleFunc)
	}
	return all
}
