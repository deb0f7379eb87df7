/** The wire numbers of a Swagger 2 document, in the form of protobuf-rows.ts. A fact table; read it through protobuf/. */
export const OPENAPI_V2_ROWS: Readonly<Record<string, string>> = {
  'openapi/v2.AdditionalProperties': '1:schema:Schema 2:boolean:bool',
  'openapi/v2.Any': '2:yaml:string',
  'openapi/v2.ApiKeySecurity': '1:type:string 2:name:string 3:in:string 4:description:string',
  'openapi/v2.BodyParameter': '1:description:string 2:name:string 3:in:string 4:required:bool 5:schema:Schema',
  'openapi/v2.Document':
    '1:swagger:string 2:info:Info 8:paths:Paths 9:definitions:Schemas 12:security:[]SecurityRequirement 13:securityDefinitions:SecurityDefinitions',
  'openapi/v2.Info': '1:title:string 2:version:string',
  'openapi/v2.Items': '1:schema:[]Schema',
  'openapi/v2.NonBodyParameter': '3:query:QueryParameter 4:path:PathParameter',
  'openapi/v2.Operation':
    '1:tags:[]string 3:description:string 5:operationId:string 6:produces:[]string 7:consumes:[]string 8:parameters:[]ParametersItem 9:responses:Responses 10:schemes:[]string 13:extensions:{}Any',
  'openapi/v2.Parameter': '1:body:BodyParameter 2:nonBody:NonBodyParameter',
  'openapi/v2.ParametersItem': '1:parameter:Parameter',
  'openapi/v2.PathItem':
    '2:get:Operation 3:put:Operation 4:post:Operation 5:delete:Operation 6:options:Operation 7:head:Operation 8:patch:Operation 9:parameters:[]ParametersItem',
  'openapi/v2.PathParameter':
    '1:required:bool 2:in:string 3:description:string 4:name:string 5:type:string 19:uniqueItems:bool',
  'openapi/v2.Paths': '2:entries:{}PathItem',
  'openapi/v2.QueryParameter':
    '1:required:bool 2:in:string 3:description:string 4:name:string 6:type:string 20:uniqueItems:bool',
  'openapi/v2.Response': '1:description:string 2:schema:SchemaItem',
  'openapi/v2.ResponseValue': '1:response:Response',
  'openapi/v2.Responses': '1:entries:{}ResponseValue',
  'openapi/v2.Schema':
    '1:$ref:string 2:format:string 3:title:string 4:description:string 6:multipleOf:double 7:maximum:double 8:exclusiveMaximum:bool 9:minimum:double 10:exclusiveMinimum:bool 11:maxLength:int 12:minLength:int 13:pattern:string 14:maxItems:int 15:minItems:int 16:uniqueItems:bool 17:maxProperties:int 18:minProperties:int 19:required:[]string 20:enum:[]Any 21:additionalProperties:AdditionalProperties 22:type:Strings 23:items:Items 25:properties:Schemas 31:extensions:{}Any',
  'openapi/v2.SchemaItem': '1:schema:Schema',
  'openapi/v2.Schemas': '1:entries:{}Schema',
  'openapi/v2.SecurityDefinitions': '1:entries:{}SecurityDefinitionsItem',
  'openapi/v2.SecurityDefinitionsItem': '2:apiKey:ApiKeySecurity',
  'openapi/v2.SecurityRequirement': '1:entries:{}Strings',
  'openapi/v2.Strings': '1:value:[]string',
};
