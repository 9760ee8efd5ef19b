/** Languages of `<Say>` and `<Gather>`, from the types of Twilio's own SDK (twilio 6.2.0). */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const sayLanguages = words(
  `af-ZA am-ET ar-AE ar-XA arb bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-AT de-DE el-GR
  en-AU en-CA en-GB en-GB-WLS en-IE en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fil-PH fr-CA
  fr-FR fr-BE gu-IN he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY
  nb-NO nl-BE nl-NL pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sr-RS sv-SE ta-IN te-IN th-TH tr-TR
  uk-UA vi-VN yue-HK zh-CN zh-HK zh-TW`,
);

export const gatherLanguages = words(
  `af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-MA ar-OM ar-PS ar-QA ar-SA
  ar-TN az-AZ bg-BG bn-BD bn-IN ca-ES cs-CZ da-DK de-DE el-GR en-AU en-CA en-GB en-GH en-IE en-IN
  en-KE en-NG en-NZ en-PH en-SG en-TZ en-US en-ZA es-AR es-BO es-CL es-CO es-CR es-DO es-EC es-ES
  es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES fa-IR fi-FI
  fil-PH fr-CA fr-FR gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT ja-JP jv-ID ka-GE
  km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY my-MM nar-IQ nb-NO ne-NP nl-BE
  nl-NL pa-guru-IN pl-PL pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI sq-AL sr-RS su-ID sv-SE sw-KE
  sw-TZ ta-IN ta-LK ta-MY ta-SG te-IN th-TH tr-TR uk-UA ur-IN ur-PK uz-UZ vi-VN yue-Hant-HK zh
  cmn-Hans-CN zh-TW cmn-Hant-TW zu-ZA`,
);

/** `alice`, `man`, `woman`, and the provider voices, whose names begin with their language. */
export function isSayVoice(voice: string): boolean {
  return (
    /^(man|woman|alice)$/.test(voice) ||
    /^Polly\.[A-Z][A-Za-z]+(-Neural|-Generative)?$/.test(voice) ||
    /^Google\.[a-z]{2,3}-[A-Z]{2,4}-[A-Za-z0-9-]+$/.test(voice)
  );
}
