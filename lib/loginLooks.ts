/** How Cognito's managed login looks. Its words are Cognito's own, so a brand is there by its logo and colours. */
import type { CfnManagedLoginBrandingProps } from 'aws-cdk-lib/aws-cognito'
import type { Brand } from './brand.ts'

/** The page's colours of a button (`web/style.css`), as Cognito writes them: the last two digits are the opacity. */
const LIGHT = { ground: '0b6b5dff', pressed: '084f45ff', text: 'ffffffff' }
const DARK = { ground: '63d3bdff', pressed: '8ae3d1ff', text: '06231eff' }

const buttonIn = ({ ground, pressed, text }: typeof LIGHT) => ({
  defaults: { backgroundColor: ground, textColor: text },
  hover: { backgroundColor: pressed, textColor: text },
  active: { backgroundColor: pressed, textColor: text },
})

/**
 * The looks of a brand: its logo above the form, buttons as on the page, dark where the browser is. Cognito fills in
 * whatever is not said. Without a logo all is Cognito's own.
 */
export function loginLooks({
  logo,
}: Brand): Pick<CfnManagedLoginBrandingProps, 'assets' | 'settings' | 'useCognitoProvidedValues'> {
  // Cognito takes no other looks beside its own.
  if (!logo) return { useCognitoProvidedValues: true }
  const bytes = logo.body.toString('base64')
  return {
    assets: ['LIGHT', 'DARK'].map((colorMode) => ({
      category: 'FORM_LOGO',
      colorMode,
      extension: logo.type.toUpperCase(),
      bytes,
    })),
    settings: {
      categories: { global: { colorSchemeMode: 'DYNAMIC' } },
      components: {
        form: {
          logo: { enabled: true, formInclusion: 'IN', location: 'CENTER', position: 'TOP' },
        },
        primaryButton: { lightMode: buttonIn(LIGHT), darkMode: buttonIn(DARK) },
      },
    },
  }
}
